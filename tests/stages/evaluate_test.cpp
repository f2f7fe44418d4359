#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/evaluation_checks.hpp"
#include "tests/support/pycocotools.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

fs::path scratch_folder() {
  const fs::path folder = fs::temp_directory_path() / "roiflow_evaluate_test";
  fs::create_directories(folder);
  return folder;
}

void check_made(const std::string& arguments) {
  const auto python = test::pycocotools_python();
  REQUIRE(python);
  const auto path = scratch_folder() / "random.json";
  const std::string command =
      fmt::format("'{}' '{}/tests/reference/make_eval_golden.py' {} -o '{}'", *python,
                  ROIFLOW_SOURCE_DIR, arguments, path.string());
  REQUIRE(std::system(command.c_str()) == 0);
  for (const auto& one : test::read_cases(path)) test::check_case(one);
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
  test::check_stats(summarise(params, arrays), stats);
  CHECK(sha256(arrays.precision) == expected["precision_sha256"]);
  CHECK(sha256(arrays.recall) == expected["recall_sha256"]);
  CHECK(sha256(arrays.scores) == expected["scores_sha256"]);
  const auto again = test::evaluate_in_columns(params, one.type, truth, results);
  test::check_same_bits(again, arrays);
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
  for (const auto& one : test::read_cases(test::golden_cases)) test::check_case(one);
}

TEST_CASE("evaluate: equal to pycocotools on random cases, to the last bit") {
  if (!test::pycocotools_python()) {
    MESSAGE("SKIPPED evaluate: equal to pycocotools on random cases: ", test::no_pycocotools);
    return;
  }
  check_made("--fuzz 60 --seed 3");
  check_made("--fuzz-keypoints 40 --seed 4");
}

TEST_CASE("evaluate: real poses of a hundred images, to the last bit") {
  const auto folder = fake100();
  if (!folder || !test::pycocotools_python()) {
    MESSAGE("SKIPPED evaluate: real poses of a hundred images: ",
            folder ? test::no_pycocotools : "no eval/cocoapi-fake100 in the folder of shared data");
    return;
  }
  const auto poses = *folder / "person_keypoints_val2014_fakekeypoints100_results.json";
  check_made(fmt::format("--around '{}'", poses.string()));
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
  for (const auto& one : test::read_cases(test::golden_cases)) {
    if (one.expected.contains(IouType::keypoints)) continue;
    CAPTURE(one.name);
    const auto forwards = test::evaluate(one.params, IouType::bbox, one.truth, one.results);
    const auto backwards = test::evaluate(one.params, IouType::bbox, one.truth, one.results, true);
    test::check_same_bits(forwards, backwards);
  }
}

TEST_CASE("evaluate: threads do not matter") {
  for (const auto& one : test::read_cases(test::semantics_cases)) {
    CAPTURE(one.name);
    const IouType type = one.expected.begin()->first;
    const test::Columns columns = test::columns_of(one.params, type, one.truth, one.results);
    std::size_t done = 0;
    EvaluationHooks hooks;
    hooks.progress = [&](std::size_t images) { done = images; };
    hooks.parallel = [](std::size_t count, const std::function<void(std::size_t)>& body) {
      std::vector<std::thread> threads;
      for (std::size_t i = count; i-- > 0;) threads.emplace_back([&, i] { body(i); });
      for (std::thread& thread : threads) thread.join();
    };
    const Accumulator sum =
        evaluate_columns(one.params, type, columns.truth, columns.results, hooks);
    CHECK(done == one.truth.images.size());
    CHECK(sum.image_ids() == columns.truth.image_ids);
    test::check_same_bits(
        sum.accumulate(),
        evaluate_columns(one.params, type, columns.truth, columns.results).accumulate());
  }
}

TEST_CASE("evaluate: images that were not processed are left out") {
  const auto cases = test::read_cases(test::golden_cases);
  const auto one = std::ranges::find(cases, "seven of ten", &test::EvaluationCase::name);
  REQUIRE(one != cases.end());
  test::Columns columns = test::columns_of(one->params, IouType::bbox, one->truth, one->results);
  for (std::size_t i = 7; i < 10; ++i) columns.results.image_processed[i] = 0;
  const Accumulator sum =
      evaluate_columns(one->params, IouType::bbox, columns.truth, columns.results);
  CHECK(sum.image_ids().size() == 7);
  const auto stats = values(summarise(one->params, sum.accumulate()));
  CHECK(stats[8] == 1);  // all seven found
}

TEST_CASE("evaluate: columns without what is compared are refused") {
  const auto cases = test::read_cases(test::golden_cases);
  const auto& one = cases.front();
  test::Columns columns = test::columns_of(one.params, IouType::segm, one.truth, one.results);
  const auto message = [&](const EvaluationParams& params, IouType type) -> std::string {
    try {
      static_cast<void>(evaluate_columns(params, type, columns.truth, columns.results));
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message(one.params, IouType::segm) == "accepted");
  EvaluationParams other = one.params;
  other.category_ids.push_back(99);
  CHECK(message(other, IouType::segm) ==
        "evaluation: the categories must be those of the ground truth, 2 and 1");
  CHECK(message(coco_keypoint_params(one.truth.categories), IouType::keypoints) ==
        "keypoints: the ground truth has 0 points an object, but deviations are given for 17");
  CHECK(message(one.params, IouType::keypoints) ==
        "evaluation: keypoints need the deviation of each point, found none");
  columns.truth.shapes = {};
  CHECK(message(one.params, IouType::segm) == "segm: the annotations have no masks (--iou-type)");
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

// Expected: numpy.mean(1 / numpy.arange(1, n + 1)) of numpy 1.24.2 and of 2.3.5; lengths below and
// above the buffer of 8192 that only the older one has.
TEST_CASE("evaluate: the mean is summed in numpy's order, of either kind") {
  struct Case {
    int count;
    const char* buffered;
    const char* pairwise;
  };
  const Case cases[] = {{5, "0x1.d3a06d3a06d3ap-2", "0x1.d3a06d3a06d3ap-2"},
                        {100, "0x1.a8f330fce2bdbp-5", "0x1.a8f330fce2bdbp-5"},
                        {8192, "0x1.32d273ee79fcap-10", "0x1.32d273ee79fcap-10"},
                        {20000, "0x1.12bef9f8f622ep-11", "0x1.12bef9f8f622dp-11"},
                        {50001, "0x1.de042a56cf0cep-13", "0x1.de042a56cf0cep-13"}};
  for (const Case& one : cases) {
    CAPTURE(one.count);
    std::vector<double> numbers;
    for (int i = 1; i <= one.count; ++i) numbers.push_back(1.0 / i);
    CHECK(test::hex(numpy_mean(numbers)) == one.buffered);
    CHECK(test::hex(numpy_mean(numbers, NumpyOrder::pairwise)) == one.pairwise);
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
