/// Proposals from outside, as a user brings them: pack --proposals, unpack, run --proposals.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

const std::string model = std::string(ROIFLOW_SOURCE_DIR) + "/configs/tiny_mask_rcnn.h5";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Six synthetic images as COCO JSON and files.
class Folder {
 public:
  explicit Folder(const std::string& name) : scratch_(name) {
    const auto ok = [](const ProgramResult& result) {
      REQUIRE_MESSAGE(result.code == 0, result.text);
    };
    ok(roiflow(fmt::format("synth --images 6 --seed 31 -q -o {}", path("plain.h5"))));
    ok(roiflow(fmt::format("unpack -q {} --out {}", path("plain.h5"), path("set"))));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] Json json(const std::string& name) const {
    return Json::parse(read_bytes(scratch_ / name));
  }
  /// Packs the folder again, with `proposals` beside the images.
  [[nodiscard]] ProgramResult pack(const std::string& proposals, const std::string& output) const {
    write_bytes(scratch_ / "proposals.json", proposals);
    return roiflow(
        fmt::format("pack -q --coco {0}/annotations.json --images {0}/images "
                    "--proposals {1} -o {2}",
                    path("set"), path("proposals.json"), path(output)));
  }
  [[nodiscard]] ProgramResult run(const std::string& data, const std::string& out,
                                  const std::string& more) const {
    return roiflow(
        fmt::format("run {} --model {} --out {} -q {}", path(data), model, path(out), more));
  }
  /// The objects themselves, the later ones of an image better.
  [[nodiscard]] Json objects_as_proposals() const {
    Json proposals = Json::array();
    const Json annotations = json("set/annotations.json");
    for (const Json& object : annotations["annotations"]) {
      proposals.push_back({{"image_id", object["image_id"]},
                           {"category_id", 1},
                           {"bbox", object["bbox"]},
                           {"score", 0.001 * object["id"].get<double>()}});
    }
    return proposals;
  }

 private:
  Scratch scratch_;
};

}  // namespace

TEST_CASE("proposals: there and back, best first within an image") {
  const Folder folder("proposals_back");
  Json proposals = folder.objects_as_proposals();
  REQUIRE(proposals.size() > 10);
  const ProgramResult packed = folder.pack(proposals.dump(), "a.h5");
  REQUIRE_MESSAGE(packed.code == 0, packed.text);
  CHECK(contains(packed.text, fmt::format("{} proposals", proposals.size())));
  REQUIRE(roiflow(fmt::format("unpack -q {} --out {}", folder.path("a.h5"), folder.path("back")))
              .code == 0);
  std::stable_sort(proposals.begin(), proposals.end(), [](const Json& a, const Json& b) {
    const auto key = [](const Json& j) {
      return std::pair(j["image_id"].get<int>(), -j["score"].get<double>());
    };
    return key(a) < key(b);
  });
  CHECK(folder.json("back/proposals.json") == proposals);
}

TEST_CASE("proposals: what does not fit is refused by name") {
  const Folder folder("proposals_bad");
  struct Case {
    const char* what;
    const char* json;
    const char* text;
  };
  const Case cases[] = {
      {"an image that is not there",
       R"([{"image_id": 9999, "category_id": 1, "bbox": [0, 0, 9, 9], "score": 1}])",
       "/0/image_id"},
      {"a record without a box",
       R"([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9], "score": 1},
           {"image_id": 1, "category_id": 1, "score": 1}])",
       "/1"},
      {"no list", R"({"image_id": 1})", "expected an array"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const ProgramResult result = folder.pack(c.json, "bad.h5");
    CHECK(result.code == 65);
    CHECK_MESSAGE(contains(result.text, c.text), result.text);
    CHECK_MESSAGE(contains(result.text, "proposals.json"), result.text);
    CHECK(!std::filesystem::exists(folder.path("bad.h5")));
  }
}

// With the objects themselves as regions every object has one region that fits, and nothing else is
// looked at: what is found can only be one of them.
TEST_CASE(
    "proposals: run with the data set's regions finds the objects there and nothing elsewhere") {
  const Folder folder("proposals_run");
  REQUIRE(folder.pack(folder.objects_as_proposals().dump(), "objects.h5").code == 0);
  const ProgramResult result = folder.run("objects.h5", "out", "--proposals data_set");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK(contains(result.text, "regions"));
  const Json metrics = folder.json("out/report.json")["metrics"]["bbox"];
  CHECK(metrics["AR100"].get<double>() > 0.7);
  CHECK(metrics["AP50"].get<double>() > 0.8);

  REQUIRE(folder.pack("[]", "nothing.h5").code == 0);
  const ProgramResult nothing = folder.run("nothing.h5", "none", "--proposals data_set");
  REQUIRE_MESSAGE(nothing.code == 0, nothing.text);
  CHECK(contains(nothing.text, "0 detections"));
}

TEST_CASE("proposals: Selective Search in the graph gives the same for any number of workers") {
  const Folder folder("proposals_search");
  for (const char* workers : {"1", "3"}) {
    const ProgramResult result =
        folder.run("plain.h5", workers,
                   fmt::format("--proposals selective_search --limit 3 --workers {}", workers));
    REQUIRE_MESSAGE(result.code == 0, result.text);
  }
  CHECK(read_bytes(folder.path("1/results.bbox.json")) ==
        read_bytes(folder.path("3/results.bbox.json")));
  CHECK(folder.json("1/results.bbox.json").size() > 3);
}

TEST_CASE("proposals: sources that there are not") {
  const Folder folder("proposals_source");
  const ProgramResult none = folder.run("plain.h5", "a", "--proposals data_set");
  CHECK(none.code == 65);
  CHECK_MESSAGE(contains(none.text, "pack --proposals"), none.text);
  const ProgramResult other = folder.run("plain.h5", "b", "--proposals guess");
  CHECK(other.code == 64);
  CHECK_MESSAGE(contains(other.text, "rpn, data_set or selective_search"), other.text);
}

}  // namespace roiflow::test
