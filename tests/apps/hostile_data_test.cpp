/// Faults of HDF5 and JSON files as a user meets them: exit code, message, and what still works.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/hdf5_edit.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string model = std::string(ROIFLOW_SOURCE_DIR) + "/configs/tiny_mask_rcnn.h5";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<Json> lines_of(const fs::path& path) {
  std::istringstream text(read_bytes(path));
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

class Fixture {
 public:
  Fixture() {
    const ProgramResult made = roiflow(fmt::format("synth --images 5 --seed 5 -q -o {}", good()));
    REQUIRE_MESSAGE(made.code == 0, made.text);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] std::string good() const { return path("good.h5"); }
  [[nodiscard]] std::string bad() const { return path("bad.h5"); }
  [[nodiscard]] ProgramResult run(const std::string& data, const std::string& weights,
                                  const std::string& out) const {
    return roiflow(fmt::format("run {} --model {} --out {} -q", data, weights, path(out)));
  }
  /// Runs on both files: exactly the images of `failed` fail in the second, for `reason`, and the
  /// others have the same detections.
  void check_only_these_fail(const std::vector<std::int64_t>& failed,
                             const std::string& reason) const {
    REQUIRE(run(good(), model, "all").code == 0);
    const ProgramResult result = run(bad(), model, "some");
    CHECK_MESSAGE(result.code == 3, result.text);
    const auto errors = lines_of(path("some/errors.jsonl"));
    REQUIRE(errors.size() == failed.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
      CAPTURE(errors[i].dump());
      CHECK(errors[i]["index"] == failed[i]);
      CHECK(contains(errors[i]["reason"], reason));
    }
    const PredictionsReader a(path("all/predictions.h5")), b(path("some/predictions.h5"));
    for (std::int64_t i = 0; i < a.size(); ++i) {
      CAPTURE(i);
      CHECK(b.failed(i) == (std::ranges::count(failed, i) > 0));
      if (b.failed(i)) continue;
      const auto x = a.read(i, IouType::segm), y = b.read(i, IouType::segm);
      REQUIRE(x.detections.size() == y.detections.size());
      for (std::size_t k = 0; k < x.detections.size(); ++k) {
        CHECK(x.detections[k].score == y.detections[k].score);
        CHECK(x.detections[k].bbox == y.detections[k].bbox);
        CHECK(x.detections[k].mask == y.detections[k].mask);
      }
    }
  }

 private:
  Scratch scratch_{"hostile_data"};
};

/// The column of image bytes in chunks of `chunk` bytes, with checksums.
void rechunk(hid_t file, hsize_t chunk) {
  std::vector<std::uint8_t> bytes;
  {
    const Id data(H5Dopen2(file, "images/bytes", H5P_DEFAULT), &H5Dclose);
    const Id space(H5Dget_space(data), &H5Sclose);
    bytes.resize(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(data, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
  }
  const Id list = creation_list();
  H5Pset_chunk(list, 1, &chunk);
  H5Pset_fletcher32(list);
  replace(file, "images/bytes", {{bytes.size()}, H5T_STD_U8LE, list}, H5T_NATIVE_UINT8,
          bytes.data());
}

/// A COCO file of about `bytes` bytes, made of annotations by `segmentation`; 1,000 images.
void write_large(const fs::path& path, std::size_t bytes, const std::string& segmentation) {
  std::ofstream file(path);
  file << R"({"categories":[{"id":1,"name":"a"}],"images":[)";
  for (int i = 0; i < 1000; ++i) {
    file << fmt::format(R"({}{{"id":{},"file_name":"{}.png","width":640,"height":480}})",
                        i == 0 ? "" : ",", i, i);
  }
  file << R"(],"annotations":[)";
  for (std::size_t i = 0, written = 0; written < bytes; ++i) {
    const std::string record = fmt::format(
        R"({}{{"id":{},"image_id":{},"category_id":1,"bbox":[1,2,30,40],"area":9,"iscrowd":0,)"
        R"("segmentation":{}}})",
        i == 0 ? "" : ",", i, i % 1000, segmentation);
    file << record;
    written += record.size();
  }
  file << "]}";
}

struct Use {
  int code = 0;
  std::size_t peak_bytes = 0;
};

Use use_of(const std::string& arguments) {
  const std::string command =
      fmt::format("ASAN_OPTIONS=quarantine_size_mb=1 exec {}/roiflow {} >/dev/null 2>&1",
                  ROIFLOW_BINARY_DIR, arguments);
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          static_cast<std::size_t>(used.ru_maxrss) * 1024};
}

}  // namespace

TEST_CASE("J16: reading takes at most three times the file's size") {
  const Scratch scratch("hostile_large");
  constexpr std::size_t bytes = 40'000'000, some = 30'000'000;
  const std::size_t base = use_of("--version").peak_bytes + some;
  write_bytes(scratch / "none.json", "[]");
  std::string polygon = "[[", runs = R"({"size":[480,640],"counts":[)";
  for (int i = 0; i < 60; ++i) polygon += fmt::format("{}{}.25", i == 0 ? "" : ",", i * 7 % 400);
  for (int i = 0; i < 120; ++i) runs += fmt::format("{},", 1 + i * 7 % 300);
  polygon += "]]";
  int sum = 0;
  for (int i = 0; i < 120; ++i) sum += 1 + i * 7 % 300;
  runs += fmt::format("{}]}}", 640 * 480 - sum);
  for (const std::string& segmentation : {polygon, runs}) {
    write_large(scratch / "large.json", bytes, segmentation);
    const std::string dir = scratch.path().string();
    const Use packed =
        use_of(fmt::format("pack -q --skip-bad --coco {0}/large.json --images {0} "
                           "-o {0}/a.h5",
                           dir));
    CHECK(packed.code == 3);  // there are no images
    CHECK(packed.peak_bytes < base + 3 * bytes);
    const Use evaluated = use_of(fmt::format(
        "eval -q --gt {0}/large.json --dt {0}/none.json --iou-type bbox --out {0}/e", dir));
    CHECK(evaluated.code == 0);
    CHECK(evaluated.peak_bytes < base + 3 * bytes);
  }
}

TEST_CASE("H14: a wrong checksum fails the images of its chunk, and no other") {
  const Fixture fixture;
  edit_copy(fixture.good(), fixture.bad(), [](hid_t f) { rechunk(f, 1024); });
  const auto jpeg = DatasetReader(fixture.good()).encoded(2);
  REQUIRE(jpeg.size() > 4096);
  std::string bytes = read_bytes(fixture.bad());
  const std::string middle(jpeg.begin() + 2048, jpeg.begin() + 2080);
  const std::size_t at = bytes.rfind(middle);  // the old column may still be in the file
  REQUIRE(at != std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write_bytes(fixture.bad(), bytes);
  fixture.check_only_these_fail({2}, "/images/bytes: cannot read rows");
}

TEST_CASE("H15: empty, shortened and garbage images fail alone") {
  const Fixture fixture;
  const DatasetReader reader(fixture.good());
  DatasetWriter writer(fixture.bad(), reader.info());
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    Sample sample = reader.read(i);
    if (i == 0) sample.encoded.clear();
    if (i == 1) sample.encoded.resize(sample.encoded.size() / 2);
    if (i == 3) std::ranges::fill(sample.encoded, std::uint8_t{'x'});
    writer.append(sample);
  }
  writer.close();
  fixture.check_only_these_fail({0, 1, 3}, "");
}

TEST_CASE("H20: a tensor of another shape names its layer, expected and found") {
  const Fixture fixture;
  edit_copy(model, fixture.bad(), [](hid_t f) {
    const std::vector<float> values(6);
    replace(f, "tensors/rpn.head.conv.0.0.weight", {{2, 3}, H5T_IEEE_F32LE}, H5T_NATIVE_FLOAT,
            values.data());
  });
  const ProgramResult result = fixture.run(fixture.good(), fixture.bad(), "out");
  CAPTURE(result.text);
  CHECK(result.code == 65);
  CHECK(contains(result.text, "rpn.head.conv.0.0.weight: expected [64, 64, 3, 3], found [2, 3]"));
}

TEST_CASE("H2: every command survives the files that once crashed the library") {
  const fs::path folder = shared_data() / "hostile" / "hdf5_cve";
  if (!fs::exists(folder)) {
    MESSAGE("SKIPPED H2: every command: no folder " << folder.string());
    return;
  }
  const Fixture fixture;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().parent_path() == folder) continue;
    const std::string file = entry.path().string();
    CAPTURE(file);
    for (const std::string& command :
         {fmt::format("info {}", file),
          fmt::format("run {} --model {} --out {} -q", file, model, fixture.path("o")),
          fmt::format("run {} --model {} --out {} -q", fixture.good(), file, fixture.path("o")),
          fmt::format("eval --gt {} --dt {} --out {} -q", fixture.good(), file,
                      fixture.path("o"))}) {
      const ProgramResult result = roiflow(command);
      CAPTURE(result.text);
      CHECK(result.code == 65);
    }
  }
}

TEST_CASE("J8: a broken mask in a data set fails its image in `run`, and stops `eval`") {
  const Fixture fixture;
  const DatasetReader reader(fixture.good());
  DatasetWriter writer(fixture.bad(), reader.info());
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    Sample sample = reader.read(i);
    if (i == 2) {
      REQUIRE(!sample.annotations.empty());
      sample.annotations[0].segmentation =
          RleText{sample.record.height, sample.record.width, "05ooooooooooooooooooo"};
    }
    writer.append(sample);
  }
  writer.close();
  fixture.check_only_these_fail({2}, "run-length text");
  const ProgramResult result =
      roiflow(fmt::format("eval --gt {} --dt {} --out {} --iou-type segm -q", fixture.bad(),
                          fixture.path("all/predictions.h5"), fixture.path("e")));
  CAPTURE(result.text);
  CHECK(result.code == 65);
  CHECK(contains(result.text, "/annotations/segmentation: row "));
}

TEST_CASE("J4 J5 J7 J8: pack --skip-bad leaves wrong annotations out, lists them and ends with 3") {
  const Scratch scratch("hostile_pack");
  const auto png = encode_png(Image{3, 4, std::vector<std::uint8_t>(36, 100)});
  write_bytes(scratch / "a.png", {reinterpret_cast<const char*>(png.data()), png.size()});
  write_bytes(scratch / "ann.json", R"({
    "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3},
               {"id": 2, "file_name": "gone.png", "width": 4, "height": 3}],
    "categories": [{"id": 7, "name": "disc"}], "annotations": [
    {"id": 10, "image_id": 1, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4},
    {"id": 11, "image_id": 9, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4},
    {"id": 12, "image_id": 1, "category_id": 7, "bbox": [0, 0, -2, 2], "area": 4},
    {"id": 13, "image_id": 1, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4,
     "segmentation": [[0, 0, 1, 1]]},
    {"id": 14, "image_id": 1, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4,
     "segmentation": {"size": [3, 4], "counts": [0, 5]}},
    {"id": 15, "image_id": 2, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4}]})");
  const std::string arguments =
      fmt::format("pack -q --coco {0}/ann.json --images {0} -o {0}/a.h5", scratch.path().string());
  const ProgramResult refused = roiflow(arguments);
  CHECK(refused.code == 65);
  CHECK(contains(refused.text, "ann.json: /annotations/2/bbox: expected a width and height"));
  CHECK(contains(refused.text, "--skip-bad"));
  CHECK_FALSE(fs::exists(scratch / "a.h5"));
  CHECK_FALSE(fs::exists(scratch / "a.h5.errors.jsonl"));

  const ProgramResult packed = roiflow(arguments + " --skip-bad");
  CAPTURE(packed.text);
  CHECK(packed.code == 3);
  CHECK(contains(packed.text, "skipped: 1 images and 5 annotations"));
  const DatasetReader reader(scratch / "a.h5");
  REQUIRE(reader.size() == 1);
  REQUIRE(reader.annotation_count() == 1);
  CHECK(reader.annotations(0)[0].id == 10);
  const auto lines = lines_of(scratch / "a.h5.errors.jsonl");
  REQUIRE(lines.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(lines[i]["annotation_id"] == 11 + i);
    CHECK(lines[i]["index"] == 1 + i);
    CHECK(contains(lines[i]["reason"], fmt::format("ann.json: /annotations/{}/", 1 + i)));
  }
  CHECK(lines[4]["image_id"] == 2);
  CHECK(lines[4]["file_name"] == "gone.png");
}

TEST_CASE("J14: names in a data set file that lead out of a folder are not written to") {
  const Scratch scratch("hostile_unpack");
  const auto png = encode_png(Image{3, 4, std::vector<std::uint8_t>(36, 100)});
  for (const char* name :
       {"../out.png", "/tmp/roiflow_hostile_out.png", "a/../../out.png", "", "\xFF.png"}) {
    CAPTURE(std::string(name));
    DatasetWriter writer(scratch / "a.h5", {});
    Sample sample;
    sample.record = {0, 1, name, 4, 3, ""};
    sample.encoded = png;
    writer.append(sample);
    writer.close();
    const ProgramResult result =
        roiflow(fmt::format("unpack {0}/a.h5 -o {0}/inner/to -q", scratch.path().string()));
    CAPTURE(result.text);
    CHECK(result.code == 65);
    CHECK_FALSE(fs::exists(scratch / "inner/out.png"));
    fs::remove_all(scratch / "inner");
    CHECK_FALSE(fs::exists("/tmp/roiflow_hostile_out.png"));
  }
}

}  // namespace roiflow::test
