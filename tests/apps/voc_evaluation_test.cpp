/// Evaluation by PASCAL VOC's rules from files of every kind.
#include "apps/evaluation/voc_evaluation.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/report/write_report.hpp"
#include "stages/core/error.hpp"
#include "tests/support/evaluation_case.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::hex;
using test::Scratch;

void no_progress(std::int64_t /*done*/) {}

std::array<double, 4> box_of(const Json& row, std::size_t first) {
  return from_voc_box({row[first], row[first + 1], row[first + 2], row[first + 3]});
}

/// One case of the outside reference as gt.h5, gt.json, dt.json and a folder `dt` of results files.
struct Files {
  Scratch scratch{"voc_evaluation"};
  Json expected;
  explicit Files(const Json& c) : expected(c["expected"]) {
    std::vector<Category> categories;
    for (const Json& label : c["labels"]) {
      categories.push_back({label, fmt::format("class{}", label.get<int>()), {}, {}});
    }
    DatasetWriter dataset(scratch / "gt.h5", {.categories = categories});
    CocoWriter coco(scratch / "gt.json", categories, "");
    Json results = Json::array();
    std::map<int, std::string> lines;
    std::int64_t id = 100, annotation_id = 0;
    for (const Json& image : c["images"]) {
      Sample sample;
      sample.record = {0, ++id, fmt::format("image{}.jpg", id), 100, 100, {}};
      for (const Json& row : image["objects"]) {
        Annotation& a = sample.annotations.emplace_back();
        a.id = ++annotation_id;
        a.category_id = row[0];
        a.bbox = box_of(row, 1);
        a.area = a.bbox[2] * a.bbox[3];
        a.difficult = row[5] == 1;
      }
      for (const Json& row : image["detections"]) {
        results.push_back({{"image_id", id},
                           {"category_id", row[0]},
                           {"score", row[1]},
                           {"bbox", box_of(row, 2)}});
        lines[row[0]] += fmt::format("image{} {} {} {} {} {}\n", id, row[1].dump(), row[2].dump(),
                                     row[3].dump(), row[4].dump(), row[5].dump());
      }
      dataset.append(sample);
      coco.append(sample.record, sample.annotations);
    }
    dataset.close();
    coco.close();
    test::write_bytes(scratch / "dt.json", results.dump());
    fs::create_directories(scratch / "dt");
    for (const auto& [label, text] : lines) {
      test::write_bytes(scratch / fmt::format("dt/comp3_det_test_class{}.txt", label), text);
    }
  }
};

Json golden() {
  std::ifstream file(ROIFLOW_SOURCE_DIR "/tests/golden/voc.json");
  return Json::parse(file);
}

void check_equal(const VocMetrics& found, const Json& e) {
  Report report;
  report.voc = found;
  const Json json = Json::parse(json_text(metrics_json(report)))["voc"];
  CHECK(json["mAP"] == e["map"]);
  REQUIRE(json["AP"].size() == e["ap"].size());
  for (std::size_t k = 0; k < found.classes.size(); ++k) {
    CHECK(json["AP"][found.classes[k].name] == e["ap"][k]);
  }
}

}  // namespace

TEST_CASE("eval voc: data set and COCO JSON, results JSON and VOC's own files give the same bits") {
  for (const Json& c : golden()) {
    const std::string name = c["name"];
    const Files files(c);
    const GroundTruth dataset(files.scratch / "gt.h5"), coco(files.scratch / "gt.json");
    const StoredDetections results(files.scratch / "dt.json");
    const VocResults text = read_voc_results(files.scratch / "dt", dataset.categories());
    for (const Json& e : files.expected) {
      const std::string metric = e["metric"];
      INFO(name, " ", e["iou_threshold"].dump(), e["strictly"].dump(), " ", metric);
      const VocOptions options{metric == "voc10" ? VocMetric::voc10 : VocMetric::voc07,
                               metric == "voc07 numpy" ? VocGrid::numpy : VocGrid::matlab,
                               {e["iou_threshold"], e["strictly"]}};
      for (const GroundTruth* truth : {&dataset, &coco}) {
        const auto from_json = evaluate_voc(*truth, results, options, no_progress);
        check_equal(from_json.metrics, e);
        CHECK(from_json.images == truth->size());
        const auto from_text = evaluate_voc(*truth, text, options, no_progress);
        check_equal(from_text.metrics, e);
        CHECK(from_text.detections == from_json.detections);
      }
    }
  }
}

TEST_CASE("eval voc: the table") {
  const Files files(golden()[4]);  // a class without objects
  const auto done = evaluate_voc(GroundTruth(files.scratch / "gt.h5"),
                                 StoredDetections(files.scratch / "dt.json"), {}, no_progress);
  const std::string text = voc_table(done);
  INFO(text);
  CHECK(text.starts_with(
      "voc: 20 images, 105 detections; voc07, overlap >= 0.5, recalls of matlab\n"));
  CHECK(text.find("class1   0.3151") != std::string::npos);
  CHECK(text.find("class9        -         0") != std::string::npos);
  CHECK(text.ends_with("mean     0.4465 over 2 of 3 classes; 1 without objects that count\n"));
}

TEST_CASE("eval voc: results files, line by line") {
  const Scratch scratch("voc_results");
  const std::vector<Category> categories{
      {1, "cat", {}, {}}, {2, "big_cat", {}, {}}, {3, "dog", {}, {}}};
  const auto write = [&](const std::string& name, const std::string& text) {
    test::write_bytes(scratch / name, text);
  };
  write("comp3_det_test_cat.txt", "a 0.5 1 2 3 4\r\n\n  2007_1\t-1e-3  0.5 2 3.25 4");
  write("comp3_det_test_big_cat.txt", "a inf -1 2 3 4\n");
  write("notes.txt", "nothing of ours");
  const VocResults results = read_voc_results(scratch.path(), categories);
  CHECK(results.detection_count == 3);
  CHECK(results.missing_classes == std::vector<std::string>{"dog"});
  REQUIRE(results.of_image.at("a").size() == 2);
  CHECK(results.of_image.at("a")[1].category_id == 2);
  const VocDetection& second = results.of_image.at("2007_1").at(0);
  CHECK(second.score == -1e-3);
  CHECK(second.box == VocBox{0.5, 2, 3.25, 4});
  CHECK(second.place == 3);

  const auto refusal = [&](const std::string& line) {
    write("comp3_det_test_cat.txt", line);
    try {
      (void)read_voc_results(scratch.path(), categories);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      const std::string text = error.what();
      return text.substr(text.find("txt: ") + 5);
    }
    return std::string("accepted");
  };
  const std::string expected =
      ": expected a name and five numbers (confidence, xmin, ymin, xmax, ymax), found '";
  CHECK(refusal("a 0.5 1 2 3\n") == "line 1" + expected + "a 0.5 1 2 3'");
  CHECK(refusal("\na 0.5 1 2 3 4 5\n") == "line 2" + expected + "a 0.5 1 2 3 4 5'");
  CHECK(refusal("a nan 1 2 3 4\n") == "line 1" + expected + "a nan 1 2 3 4'");
  CHECK(refusal("a 0.5 1 inf 3 4\n") == "line 1" + expected + "a 0.5 1 inf 3 4'");
  CHECK(refusal("a 0.5 1 2x 3 4\n") == "line 1" + expected + "a 0.5 1 2x 3 4'");
  write("cat.txt", "");
  CHECK(refusal("").find("expected one results file of class cat, found cat.txt, "
                         "comp3_det_test_cat.txt") != std::string::npos);
  CHECK_THROWS_AS((void)read_voc_results(scratch / "none", categories), Error);
  CHECK_THROWS_AS((void)read_voc_results(scratch.path(), {{1, "horse", {}, {}}}), Error);
}

TEST_CASE("eval voc: equal scores go by the lines of the file, whatever the order of images") {
  const Scratch scratch("voc_ties");
  const std::vector<Category> categories{{1, "cat", {}, {}}};
  DatasetWriter writer(scratch / "gt.h5", {.categories = categories});
  for (const char* name : {"a.jpg", "b.jpg"}) {
    Sample sample;
    sample.record = {0, name[0], name, 100, 100, {}};
    if (name[0] == 'a') {
      Annotation& object = sample.annotations.emplace_back();
      object.category_id = 1;
      object.bbox = {0, 0, 10, 10};
    }
    writer.append(sample);
  }
  writer.close();
  const GroundTruth truth(scratch / "gt.h5");
  const auto ap = [&](const std::string& lines) {
    test::write_bytes(scratch / "cat.txt", lines);
    return evaluate_voc(truth, read_voc_results(scratch.path(), categories),
                        {.metric = VocMetric::voc10}, no_progress)
        .metrics.map;
  };
  CHECK(ap("a 0.5 1 1 10 10\nb 0.5 1 1 10 10\n") == 1);
  CHECK(ap("b 0.5 1 1 10 10\na 0.5 1 1 10 10\n") == 0.5);
  test::write_bytes(scratch / "cat.txt", "c 0.5 1 1 10 10\n");
  CHECK_THROWS_WITH_AS(
      (void)evaluate_voc(truth, read_voc_results(scratch.path(), categories), {}, no_progress),
      fmt::format("{}: detections of image 'c', which the ground truth ({}) does not have",
                  scratch.path().string(), truth.path())
          .c_str(),
      Error);
}

}  // namespace roiflow
