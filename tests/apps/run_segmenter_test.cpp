/// `roiflow run` with a segmenter, as a user calls it, on synthetic images.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/decode/decode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

const std::string model = std::string(ROIFLOW_SOURCE_DIR) + "/configs/tiny_fcn8s.h5";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A copy of a data set with changed samples.
template <class Change>
void copy_changed(const std::string& from, const std::string& to, const Change& change,
                  bool label_maps = true) {
  const DatasetReader reader(from);
  DatasetInfo info = reader.info();
  info.has_label_maps = label_maps;
  DatasetWriter writer(to, info);
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    Sample sample = reader.read(i);
    change(i, sample);
    writer.append(sample);
  }
  writer.close();
}

class Fixture {
 public:
  Fixture() {
    const ProgramResult made = roiflow(fmt::format("synth --images 8 --seed 77 -q -o {}", data()));
    REQUIRE_MESSAGE(made.code == 0, made.text);
  }
  [[nodiscard]] std::string data() const { return scratch_ / "data.h5"; }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] ProgramResult run(const std::string& file, const std::string& out,
                                  const std::string& more = "") const {
    return roiflow(fmt::format("run {} --model {} --out {} -q {}", file, model, path(out), more));
  }
  [[nodiscard]] std::string bytes(const std::string& name) const { return read_bytes(path(name)); }
  [[nodiscard]] Json report(const std::string& out) const {
    return Json::parse(bytes(out + "/report.json"));
  }

 private:
  Scratch scratch_{"run_segmenter_test"};
};

}  // namespace

TEST_CASE("run of a segmenter: label maps, and the numbers that eval finds in them") {
  const Fixture fixture;
  const ProgramResult result = fixture.run(fixture.data(), "out", "--trace");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK(contains(result.text, "8 of 8 ok, 0 failed"));
  CHECK(contains(result.text, "mean IU"));
  const Json report = fixture.report("out");
  CHECK(report["images"]["ok"] == 8);
  std::vector<std::string> nodes;
  for (const Json& node : report["stages"]) nodes.push_back(node["name"]);
  CHECK(nodes == std::vector<std::string>{"read", "decode", "preprocess", "network", "label_map",
                                          "encode", "confusion", "sink"});
  CHECK(contains(fixture.bytes("out/report.html"), "mean IU"));
  CHECK(fixture.bytes("out/errors.jsonl").empty());

  const ProgramResult evaluated = roiflow(fmt::format(
      "eval --metric fcn --gt {} --dt {} --json {} --out {} -q", fixture.data(),
      fixture.path("out/predictions.h5"), fixture.path("eval.json"), fixture.path("eval")));
  REQUIRE_MESSAGE(evaluated.code == 0, evaluated.text);
  const Json expected = Json::parse(fixture.bytes("eval.json"))["metrics"]["semantic"];
  CHECK(report["metrics"]["semantic"] == expected);
  CHECK(expected["mean_iu"] > 0.2);  // trained: a network that knows nothing is below 0.17
}

TEST_CASE("run of a segmenter: maps are as large as their images, with the data set's values") {
  const Fixture fixture;
  REQUIRE(fixture.run(fixture.data(), "out").code == 0);
  const DatasetReader data(fixture.data());
  const PredictionsReader predictions(fixture.path("out/predictions.h5"));
  REQUIRE(predictions.size() == data.size());
  REQUIRE(predictions.has_label_maps());
  std::set<int> values;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const LabelMap map = decode_label_map(predictions.label_map(i));
    CHECK(map.width == data.record(i).width);
    CHECK(map.height == data.record(i).height);
    values.insert(map.labels.begin(), map.labels.end());
  }
  CHECK(values.size() > 3);
  CHECK(*values.rbegin() <= 5);
}

TEST_CASE("run of a segmenter: the same bytes for any number of workers and images in flight") {
  const Fixture fixture;
  REQUIRE(fixture.run(fixture.data(), "first", "--workers 1 --in-flight 1").code == 0);
  REQUIRE(fixture.run(fixture.data(), "other", "--workers 4 --in-flight 16").code == 0);
  CHECK(fixture.bytes("first/predictions.h5") == fixture.bytes("other/predictions.h5"));
  CHECK(fixture.report("first")["metrics"] == fixture.report("other")["metrics"]);
}

TEST_CASE("run of a segmenter: damaged images and damaged ground truth are recorded") {
  const Fixture fixture;
  copy_changed(fixture.data(), fixture.path("damaged.h5"), [](std::int64_t i, Sample& sample) {
    if (i == 2) sample.encoded.resize(sample.encoded.size() / 2);
    if (i == 5) sample.label_map.resize(sample.label_map.size() / 2);
  });
  const ProgramResult result = fixture.run(fixture.path("damaged.h5"), "out");
  CHECK(result.code == 3);
  CHECK(contains(result.text, "6 of 8 ok, 2 failed"));
  const std::string errors = fixture.bytes("out/errors.jsonl");
  const std::size_t end = errors.find('\n');
  const Json first = Json::parse(errors.substr(0, end)), second = Json::parse(errors.substr(end));
  CHECK(first["index"] == 2);
  CHECK(first["stage"] == "decode");
  CHECK(second["index"] == 5);
  CHECK(second["stage"] == "confusion");
  CHECK(contains(second["reason"], "ground truth"));
  const PredictionsReader predictions(fixture.path("out/predictions.h5"));
  CHECK(predictions.failed(2));
  CHECK(predictions.failed(5));
  CHECK(predictions.label_map(5).empty());
}

TEST_CASE("run of a segmenter: images without ground truth count as done, not as compared") {
  const Fixture fixture;
  copy_changed(fixture.data(), fixture.path("some.h5"), [](std::int64_t i, Sample& sample) {
    if (i > 2) sample.label_map.clear();
  });
  const ProgramResult some = fixture.run(fixture.path("some.h5"), "some");
  CHECK(some.code == 0);
  CHECK(contains(some.text, "8 of 8 ok"));
  CHECK(contains(some.text, "5 of 8 images have no label map"));
  REQUIRE(fixture.run(fixture.data(), "three", "--limit 3").code == 0);
  CHECK(fixture.report("some")["metrics"] == fixture.report("three")["metrics"]);

  copy_changed(
      fixture.data(), fixture.path("none.h5"),
      [](std::int64_t, Sample& sample) { sample.label_map.clear(); }, false);
  CHECK(fixture.run(fixture.path("none.h5"), "none").code == 0);
  CHECK_FALSE(fixture.report("none")["metrics"].contains("semantic"));
  CHECK(fixture.run(fixture.data(), "unasked", "--no-eval").code == 0);
  CHECK_FALSE(fixture.report("unasked")["metrics"].contains("semantic"));
  const PredictionsReader none(fixture.path("none/predictions.h5"));
  const PredictionsReader unasked(fixture.path("unasked/predictions.h5"));
  REQUIRE(none.size() == 8);
  for (std::int64_t i = 0; i < 8; ++i) CHECK(none.label_map(i) == unasked.label_map(i));
}

TEST_CASE("run of a segmenter: options of detectors are refused") {
  const Fixture fixture;
  const ProgramResult result = fixture.run(fixture.data(), "out", "--proposals rpn");
  CHECK(result.code == 64);
  CHECK(contains(result.text, "--proposals is for detectors"));
}

}  // namespace roiflow::test
