#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/evaluation_case.hpp"
#include "tests/support/pycocotools.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

constexpr const char* golden_cases = ROIFLOW_SOURCE_DIR "/tests/golden/evaluation.json";

fs::path scratch_folder() {
  const fs::path folder = fs::temp_directory_path() / "roiflow_evaluate_test";
  fs::create_directories(folder);
  return folder;
}

void check_stats(const Stats& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    CHECK(test::hex(found[i].value) == test::hex(expected[i]));
  }
}

/// Scores may be NaN, which does not equal itself.
void check_same_bits(const EvaluationArrays& a, const EvaluationArrays& b) {
  CHECK(test::crc32(a.precision) == test::crc32(b.precision));
  CHECK(test::crc32(a.recall) == test::crc32(b.recall));
  CHECK(test::crc32(a.scores) == test::crc32(b.scores));
}

void check_case(const test::EvaluationCase& one) {
  CAPTURE(one.name);
  for (const auto& [type, expected] : one.expected) {
    CAPTURE(name(type));
    const auto arrays = test::evaluate_in_columns(one.params, type, one.truth, one.results);
    CHECK(test::crc32(arrays.precision) == expected.crc32.at("precision"));
    CHECK(test::crc32(arrays.recall) == expected.crc32.at("recall"));
    CHECK(test::crc32(arrays.scores) == expected.crc32.at("scores"));
    if (!expected.stats.empty()) check_stats(summarise(one.params, arrays, type), expected.stats);
    if (type == IouType::keypoints) continue;
    const auto again = test::evaluate(one.params, type, one.truth, one.results);
    check_same_bits(again, arrays);
  }
}

void check_made(const std::string& arguments) {
  const auto python = test::pycocotools_python();
  REQUIRE(python);
  const auto path = scratch_folder() / "random.json";
  const std::string command =
      fmt::format("'{}' '{}/tests/reference/make_eval_golden.py' {} -o '{}'", *python,
                  ROIFLOW_SOURCE_DIR, arguments, path.string());
  REQUIRE(std::system(command.c_str()) == 0);
  for (const auto& one : test::read_cases(path)) check_case(one);
}

/// sha256 of the array's bytes, by the system's own program.
std::string sha256(const std::vector<double>& values) {
  const fs::path data = scratch_folder() / "array", sum = scratch_folder() / "array.sha256";
  std::ofstream(data, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(double)));
  REQUIRE(std::system(fmt::format("sha256sum '{}' > '{}'", data.string(), sum.string()).c_str()) ==
          0);
  std::string digest;
  std::ifstream(sum) >> digest;
  return digest;
}

/// A public set of 100 real images with made-up detections; see its SOURCE.txt.
std::optional<fs::path> fake100() {
  const char* shared = std::getenv("ROIFLOW_SHARED_DATA");
  const fs::path root = shared != nullptr ? fs::path(shared)
                                          : fs::path(ROIFLOW_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path folder = root / "eval" / "cocoapi-fake100";
  if (!fs::exists(folder)) return std::nullopt;
  return folder;
}

struct Fake100Case {
  std::string name;  ///< in expected.json
  const char* results;
  IouType type;
  std::vector<int> max_detections;
  bool use_categories;
};

void check_fake100(const fs::path& folder, const Fake100Case& one) {
  CAPTURE(one.name);
  std::ifstream file(folder / "expected.json");
  const auto expected = nlohmann::json::parse(file)[one.name];
  const auto truth = test::read_truth(folder / "instances_val2014_100.json");
  EvaluationParams params = coco_params(truth.categories);
  params.max_detections = one.max_detections;
  params.use_categories = one.use_categories;
  const auto results = test::read_results(folder / one.results);
  const auto arrays = test::evaluate(params, one.type, truth, results);
  std::vector<double> stats;
  for (const auto& stat : expected["stats_hex"]) {
    stats.push_back(std::strtod(stat.get<std::string>().c_str(), nullptr));
  }
  check_stats(summarise(params, arrays), stats);
  CHECK(sha256(arrays.precision) == expected["precision_sha256"]);
  CHECK(sha256(arrays.recall) == expected["recall_sha256"]);
  CHECK(sha256(arrays.scores) == expected["scores_sha256"]);
  const auto again = test::evaluate_in_columns(params, one.type, truth, results);
  check_same_bits(again, arrays);
  const auto by_category = category_average_precision(arrays);
  for (std::size_t k = 0; k < by_category.size(); ++k) {
    const std::int64_t id = params.use_categories ? params.category_ids[k] : -1;
    CAPTURE(id);
    CHECK(test::hex(by_category[k]) ==
          test::hex(expected["per_category_AP"][std::to_string(id)].get<double>()));
  }
}

}  // namespace

TEST_CASE("evaluate: equal to pycocotools on purpose-made cases, to the last bit") {
  for (const auto& one : test::read_cases(golden_cases)) check_case(one);
}

TEST_CASE("evaluate: equal to pycocotools on random cases, to the last bit") {
  if (!test::pycocotools_python()) {
    MESSAGE("SKIPPED evaluate: equal to pycocotools on random cases: ", test::no_pycocotools);
    return;
  }
  check_made("--fuzz 90 --seed 3");
}

TEST_CASE("evaluate: real poses of a hundred images, to the last bit") {
  const auto folder = fake100();
  if (!folder || !test::pycocotools_python()) {
    MESSAGE("SKIPPED evaluate: real poses of a hundred images: ",
            folder ? test::no_pycocotools : "no eval/cocoapi-fake100 in the folder of shared data");
    return;
  }
  const auto poses = *folder / "person_keypoints_val2014_fakekeypoints100_results.json";
  check_made(fmt::format("--keypoints '{}'", poses.string()));
}

TEST_CASE("evaluate: a hundred real images, all arrays to the last bit") {
  const auto folder = fake100();
  if (!folder) {
    MESSAGE(
        "SKIPPED evaluate: a hundred real images: no eval/cocoapi-fake100 in the folder of "
        "shared data (ROIFLOW_SHARED_DATA)");
    return;
  }
  const char* boxes = "instances_val2014_fakebbox100_results.json";
  const char* masks = "instances_val2014_fakesegm100_results.json";
  const Fake100Case cases[] = {
      {"bbox", boxes, IouType::bbox, {1, 10, 100}, true},
      {"segm", masks, IouType::segm, {1, 10, 100}, true},
      {"segm_of_bbox_results", boxes, IouType::segm, {1, 10, 100}, true},
      {"bbox_useCats0", boxes, IouType::bbox, {1, 10, 100}, false},
      {"bbox_maxDets_1_3_5", boxes, IouType::bbox, {1, 3, 5}, true},
  };
  for (const Fake100Case& one : cases) check_fake100(*folder, one);
}

TEST_CASE("evaluate: the order in which images arrive does not matter") {
  for (const auto& one : test::read_cases(golden_cases)) {
    if (one.expected.contains(IouType::keypoints)) continue;
    CAPTURE(one.name);
    const auto forwards = test::evaluate(one.params, IouType::bbox, one.truth, one.results);
    const auto backwards = test::evaluate(one.params, IouType::bbox, one.truth, one.results, true);
    check_same_bits(forwards, backwards);
  }
}

TEST_CASE("evaluate: without any detection the objects found are none") {
  const Category category{1, "disc", {}, {}};
  const EvaluationParams params = coco_params(std::span(&category, 1));
  Annotation object;
  object.id = 1;
  object.category_id = 1;
  object.bbox = {0, 0, 10, 10};
  object.area = 100;
  Accumulator sum(params);
  sum.append(1, match_image(params, IouType::bbox, std::span(&object, 1),
                            std::span<const Detection>(), 20, 20));
  const std::vector<double> stats = values(summarise(params, sum.accumulate()));
  CHECK(stats[0] == 0);   // AP
  CHECK(stats[3] == 0);   // small
  CHECK(stats[4] == -1);  // no medium object
  CHECK(stats[8] == 0);   // AR100
}

TEST_CASE("evaluate: a Detection counts as its record in a results file") {
  CHECK(coco_box(Box{1, 2, 4, 6}) == std::array<double, 4>{1, 2, 3, 4});
  const Box box{0.1F, 0.2F, 10.3F, 20.7F};
  CHECK(coco_box(box)[2] == static_cast<double>(10.3F - 0.1F));
  Detection detection{box, 0.5F, 1, Rle{2, 2, {1, 1, 2}}};
  CHECK(coco_area(detection, IouType::segm) == 1);
  CHECK(coco_area(detection, IouType::bbox) == coco_box(box)[2] * coco_box(box)[3]);
}

TEST_CASE("evaluate: the grids are numpy's") {
  const auto thresholds = linspace(0.5, 0.95, 10);
  CHECK(test::hex(thresholds[7]) == "0x1.b333333333333p-1");  // 0.85; 0.5 + 0.05 * 7 is 1 ulp off
  CHECK(thresholds[9] == 0.95);
  const auto recalls = linspace(0, 1, 101);
  CHECK(recalls[70] == 70 * 0.01);
  CHECK(recalls[70] > 0.7);
}

// Expected: numpy.mean(1 / numpy.arange(1, n + 1)); lengths below and above its buffer of 8192.
TEST_CASE("evaluate: the mean is summed in numpy's order") {
  const std::pair<int, const char*> cases[] = {{5, "0x1.d3a06d3a06d3ap-2"},
                                               {100, "0x1.a8f330fce2bdbp-5"},
                                               {8192, "0x1.32d273ee79fcap-10"},
                                               {20000, "0x1.12bef9f8f622ep-11"},
                                               {50001, "0x1.de042a56cf0cep-13"}};
  for (const auto& [count, expected] : cases) {
    std::vector<double> values;
    for (int i = 1; i <= count; ++i) values.push_back(1.0 / i);
    CHECK(test::hex(numpy_mean(values)) == expected);
  }
}

TEST_CASE("evaluate: an image appended twice, or a mask that is missing, is refused") {
  const Category category{1, "disc", {}, {}};
  const EvaluationParams params = coco_params(std::span(&category, 1));
  const Detection detection{{0, 0, 1, 1}, 0.5F, 1, std::nullopt};
  Annotation object;
  object.id = 5;
  object.category_id = 1;
  const std::span<const Annotation> objects(&object, 1);
  const std::span<const Detection> detections(&detection, 1);
  Accumulator sum(params);
  for (int i = 0; i < 2; ++i) {
    sum.append(42, match_image(params, IouType::bbox, objects, detections, 4, 4));
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(sum.accumulate()),
                       "evaluation: image ids must be distinct, found 42 twice", Error);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(match_image(params, IouType::segm, objects, detections, 4, 4)),
      "detection 0: a mask is needed for segm, found none", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(match_image(params, IouType::segm, objects,
                                                     std::span<const Detection>(), 4, 4)),
                       "annotation 5: segmentation: a mask is needed, found none", Error);
}

TEST_CASE("evaluate: the table is pycocotools' table") {
  const EvaluationParams params = coco_params({});
  Stats stats;
  for (const double value :
       {0.5045806987249628, 0.6969727247299577, 0.5729816669904824, 0.5856257209410443,
        0.5193996948036719, 0.5013978986347466, 0.3868127796457805, 0.5936795762842003,
        0.595352982877607, -1.0, 0.5664205978994309, 0.5642905982905982}) {
    stats.push_back({"", value});
  }
  const std::string table = summary_table(params, stats);
  CHECK(table.find(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = "
                   "0.505\n Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] "
                   "= 0.697\n") == 0);
  CHECK(table.find(" Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = "
                   "-1.000\n") != std::string::npos);
}

}  // namespace roiflow
