/// Results and predictions files: what is written reads back as the same bits, gives the same AP
/// from every file and in pycocotools, and damage is refused with a reason.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "io/coco/coco_json.hpp"
#include "io/coco/results_json.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/pycocotools.hpp"
#include "tests/support/random_detections.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using test::LabelledImage;

/// A directory that goes away with its test.
struct Scratch {
  fs::path path = fs::temp_directory_path() / fmt::format("roiflow_results_test_{}", ::getpid());
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path / name; }
};

const std::vector<Category> categories{
    {1, "disc", {}, {}}, {2, "square", {}, {}}, {3, "star", {}, {}}};

template <class DetectionsOf>
Stats evaluate(IouType type, const std::vector<LabelledImage>& set, const DetectionsOf& of) {
  const EvaluationParams params = coco_params(categories);
  Accumulator sum(params);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto detections = of(i);
    sum.append(set[i].record.id,
               match_image(params, type, set[i].annotations, std::span(detections),
                           set[i].record.height, set[i].record.width));
  }
  return summarise(params, sum.accumulate());
}

Stats evaluate_in_memory(IouType type, const std::vector<LabelledImage>& set) {
  return evaluate(type, set,
                  [&](std::size_t i) -> std::span<const Detection> { return set[i].detections; });
}

void write_results(const fs::path& path, IouType type, const std::vector<LabelledImage>& set) {
  ResultsWriter writer(path, type);
  for (const LabelledImage& image : set) writer.append(image.record.id, image.detections);
  writer.close();
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string refusal(const fs::path& path, std::string_view text) {
  write_text(path, text);
  try {
    static_cast<void>(read_results_json(path));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    const std::string message = error.what();
    CHECK(message.starts_with(path.string()));
    return message.substr(path.string().size());
  }
  return "accepted";
}

}  // namespace

TEST_CASE("results: written numbers read back as the same bits") {
  const Scratch scratch;
  const auto set = test::random_detections(5, 30);
  for (const IouType type : {IouType::bbox, IouType::segm}) {
    write_results(scratch / "r.json", type, set);
    const ResultsFile file = read_results_json(scratch / "r.json");
    CHECK(file.has_boxes == (type == IouType::bbox));
    std::size_t at = 0;
    for (const LabelledImage& image : set) {
      for (const Detection& detection : image.detections) {
        const ResultRecord& record = file.records.at(at++);
        CHECK(record.image_id == image.record.id);
        CHECK(record.category_id == detection.category_id);
        CHECK(record.score == static_cast<double>(detection.score));
        const auto result = complete(record, file.has_boxes, type, 120, 160);
        CHECK(result.area == coco_area(detection, type));
        if (type == IouType::bbox) CHECK(result.bbox == coco_box(detection.box));
        if (type == IouType::segm) CHECK(result.mask == detection.mask);
      }
    }
    CHECK(at == file.records.size());
  }
}

TEST_CASE("results: nothing found is an empty list; without close() there is no file") {
  const Scratch scratch;
  write_results(scratch / "r.json", IouType::bbox, {});
  CHECK(read_results_json(scratch / "r.json").records.empty());
  { const ResultsWriter writer(scratch / "unfinished.json", IouType::bbox); }
  CHECK_FALSE(fs::exists(scratch / "unfinished.json"));
}

TEST_CASE("predictions: what is written reads back; failed images are marked") {
  const Scratch scratch;
  const auto set = test::random_detections(6, 40);
  PredictionsWriter writer(scratch / "p.h5");
  for (const LabelledImage& image : set) writer.append(image.record.id, image.detections, false);
  writer.append(5000, {}, true);
  writer.close();
  const PredictionsReader reader(scratch / "p.h5");
  CHECK(reader.size() == 41);
  CHECK(reader.has_masks());
  CHECK(reader.read(40, IouType::segm).failed);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto image = reader.read(static_cast<std::int64_t>(i), IouType::segm);
    CHECK(image.image_id == set[i].record.id);
    CHECK_FALSE(image.failed);
    REQUIRE(image.detections.size() == set[i].detections.size());
    for (std::size_t d = 0; d < image.detections.size(); ++d) {
      const Detection& detection = set[i].detections[d];
      CHECK(image.detections[d].category_id == detection.category_id);
      CHECK(image.detections[d].score == static_cast<double>(detection.score));
      CHECK(image.detections[d].bbox == coco_box(detection.box));
      CHECK(image.detections[d].mask == detection.mask);
    }
  }
}

TEST_CASE("predictions: another HDF5 file, or none, is refused") {
  const Scratch scratch;
  CHECK_THROWS_AS(PredictionsReader(scratch / "absent.h5"), Error);
  write_text(scratch / "text.h5", "not HDF5");
  CHECK_THROWS_AS(PredictionsReader(scratch / "text.h5"), Error);
  CHECK_THROWS_AS(PredictionsWriter(scratch / "no_such_folder" / "p.h5"), Error);
}

TEST_CASE("results: memory, predictions file and results files give the same numbers") {
  const Scratch scratch;
  const auto set = test::random_detections(7, 60);
  PredictionsWriter writer(scratch / "p.h5");
  for (const LabelledImage& image : set) writer.append(image.record.id, image.detections, false);
  writer.close();
  const PredictionsReader reader(scratch / "p.h5");
  for (const IouType type : {IouType::bbox, IouType::segm}) {
    const Stats expected = evaluate_in_memory(type, set);
    CHECK(expected[0].value > 0);
    CHECK(evaluate(type, set, [&](std::size_t i) {
            return reader.read(static_cast<std::int64_t>(i), type).detections;
          }) == expected);
  }
}

TEST_CASE("results: pycocotools reads our files and gives the same twelve numbers") {
  const auto python = test::pycocotools_python();
  if (!python) {
    MESSAGE("SKIPPED results: pycocotools reads our files: ", test::no_pycocotools);
    return;
  }
  const Scratch scratch;
  const auto set = test::random_detections(8, 80);
  CocoWriter truth(scratch / "gt.json", categories, "");
  for (const LabelledImage& image : set) truth.append(image.record, image.annotations);
  truth.close();
  for (const IouType type : {IouType::bbox, IouType::segm}) {
    write_results(scratch / "r.json", type, set);
    const std::string command =
        fmt::format("'{}' '{}/tests/reference/coco_stats.py' '{}' '{}' {} > '{}'", *python,
                    ROIFLOW_SOURCE_DIR, (scratch / "gt.json").string(),
                    (scratch / "r.json").string(), name(type), (scratch / "stats").string());
    REQUIRE(std::system(command.c_str()) == 0);
    std::ifstream stats(scratch / "stats");
    for (const Stat& stat : evaluate_in_memory(type, set)) {
      CAPTURE(stat.name);
      std::string expected;
      stats >> expected;
      CHECK(stat.value == std::strtod(expected.c_str(), nullptr));
    }
  }
}

TEST_CASE("results: what is not a results file is refused, with the place") {
  const Scratch scratch;
  const fs::path path = scratch / "bad.json";
  const std::string good =
      R"({"image_id":1,"category_id":2,"bbox":[1,2,3,4],"score":0.5,"more":[{}]})";
  CHECK(refusal(path, "[" + good + "]") == "accepted");
  CHECK(refusal(path, " [ ] \n") == "accepted");
  CHECK(refusal(path, "{}") == ": /: expected an array, found '{' at byte 0");
  CHECK(refusal(path, "[" + good + "]]")
            .starts_with(": /: expected nothing after the closing bracket"));
  CHECK(refusal(path, "[" + good + "] 7") != "accepted");
  CHECK(refusal(path, "[" + good + R"(,{"image_id":1,"category_id":2,"bbox":[1,2,3,4]}])") ==
        ": /1: \"score\" is missing");
  CHECK(refusal(path, "[" + good + R"(,{"image_id":1,"category_id":2,"score":1}])") ==
        ": /1: \"bbox\" is missing, which the first record has");
  CHECK(refusal(path, R"([{"image_id":1,"category_id":2,"score":1}])") ==
        ": /0: \"bbox\" or \"segmentation\" is needed, found neither");
  CHECK(refusal(path, R"([{"image_id":"a"}])").starts_with(": /0/image_id: "));
  CHECK(refusal(path, R"([{"score":NaN}])").starts_with(": /0"));
  CHECK(refusal(path, R"([{"bbox":[1,2,3]}])") ==
        ": /0/bbox: must be [x, y, width, height], found 3 numbers");
  CHECK(refusal(path, R"([{"bbox":[1,2,3,4,5]}])") ==
        ": /0/bbox: must be [x, y, width, height], found more");
  CHECK(refusal(path, R"([{"segmentation":{"size":[2],"counts":""}}])") ==
        ": /0/segmentation/size: must be [height, width], found 1 numbers");
  CHECK(refusal(path, R"([{"segmentation":{"size":[2,2]}}])") ==
        ": /0/segmentation/counts: is missing");
  CHECK(refusal(path, R"([{"segmentation":{"size":[2,-2],"counts":""}}])")
            .starts_with(": /0/segmentation/size: must be between 0 and"));
  for (std::size_t length = 1; length <= good.size(); ++length) {
    CHECK(refusal(path, "[" + good.substr(0, length)) != "accepted");
  }
  CHECK(refusal(path, "") != "accepted");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(read_results_json(scratch / "absent.json")),
      doctest::Contains("absent.json: no such file (a COCO results file is expected)"), Error);
}

}  // namespace roiflow
