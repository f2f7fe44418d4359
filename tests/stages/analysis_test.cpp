// The per-class table, operating points, images, ties, conventions, resampling, confusion matrix.
#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/analysis/bootstrap.hpp"
#include "stages/core/error.hpp"
#include "tests/support/analysis_case.hpp"
#include "tests/support/pycocotools.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path scratch_folder() {
  const fs::path folder = fs::temp_directory_path() / "roiflow_analysis_test";
  fs::create_directories(folder);
  return folder;
}

void check_point(const OperatingPoint& found, const Json& expected) {
  test::check_equal(found.score, expected[0]);
  test::check_equal(found.precision, expected[1]);
  test::check_equal(found.recall, expected[2]);
  test::check_equal(found.f1, expected[3]);
}

void check_classes(const Analysis& analysis, const Json& expected) {
  REQUIRE(analysis.classes.size() == expected["classes"].size());
  for (std::size_t k = 0; k < analysis.classes.size(); ++k) {
    CAPTURE(k);
    const ClassAnalysis& row = analysis.classes[k];
    const Json& wanted = expected["classes"][k];
    test::check_equal(row.ap, wanted["ap"][0]);
    test::check_equal(row.ap50, wanted["ap"][1]);
    test::check_equal(row.ap75, wanted["ap"][2]);
    CHECK(row.ground_truths == wanted["counts"][0]);
    CHECK(row.detections == wanted["counts"][1]);
    CHECK(row.true_positives == wanted["counts"][2]);
    check_point(row.best, wanted["best"]);
    CHECK(row.curves.size() == (row.ground_truths > 0 ? 2 : 0));
  }
  check_point(analysis.overall, expected["overall"]);
}

void check_images(const Analysis& analysis, const Json& expected) {
  REQUIRE(analysis.images.size() == expected["images"].size());
  std::uint32_t last = 0xFFFFFFFF;
  for (const ImageErrors& image : analysis.images) {
    CAPTURE(image.image_id);
    const Json& wanted = expected["images"][std::to_string(image.image_id)];
    CHECK(image.true_positives == wanted[0]);
    CHECK(image.false_positives == wanted[1]);
    CHECK(image.misses == wanted[2]);
    CHECK(image.false_positives + image.misses <= last);
    last = image.false_positives + image.misses;
  }
}

void check_ties(const Analysis& analysis, const Json& expected) {
  for (std::size_t k = 0; k < analysis.classes.size(); ++k) {
    const Json& wanted = expected["classes"][k];
    if (wanted["orders"].is_null()) continue;
    CAPTURE(k);
    const Interval& found = analysis.classes[k].ap_ties;
    if (wanted["nested"] == true) {
      test::check_equal(found.low, wanted["orders"][0]);
      test::check_equal(found.high, wanted["orders"][1]);
    } else {
      CHECK(found.low <= test::from_hex(wanted["orders"][0]));
      CHECK(found.high >= test::from_hex(wanted["orders"][1]));
    }
  }
  for (const Json& ap : expected["renumbered"]) {
    constexpr double rounding = 1e-12;  // of the sums
    CHECK(test::from_hex(ap) >= analysis.ap_ties.low - rounding);
    CHECK(test::from_hex(ap) <= analysis.ap_ties.high + rounding);
  }
}

void check_conventions(const Analysis& analysis, const Json& expected) {
  const Json& wanted = expected["conventions"];
  CHECK(analysis.conventions.size() == wanted.size());
  for (const ConventionRow& row : analysis.conventions) {
    CAPTURE(row.name);
    REQUIRE(wanted.contains(row.name));
    const double found[] = {row.ap, row.ap50, row.ap75};
    // These are sums whose terms numpy adds in another order.
    const bool summed = row.name == "11 points" || row.name == "area" || row.name == "trapezoids";
    for (std::size_t i = 0; i < 3; ++i) {
      if (summed) {
        CHECK(std::abs(found[i] - test::from_hex(wanted[row.name][i])) <= 1e-13);
      } else {
        test::check_equal(found[i], wanted[row.name][i]);
      }
    }
  }
}

/// Resampled images against pycocotools on data sets in which the drawn images are repeated.
void check_resampled(const test::AnalysedCase& one, const Json& expected, std::uint64_t seed) {
  if (expected["resampled"].is_null()) return;
  const auto& params = one.collector.params();
  const Bootstrap bootstrap(params, list_matches(params, one.collector.images().records));
  for (std::size_t sample = 0; sample < expected["resampled"].size(); ++sample) {
    CAPTURE(sample);
    const WeightedPrecision found = bootstrap.sample(seed, sample);
    const Json& wanted = expected["resampled"][sample];
    test::check_equal(found.ap, wanted[0]);
    test::check_equal(found.ap50, wanted[1]);
    for (std::size_t k = 0; k < found.classes.size(); ++k) {
      test::check_equal(found.classes[k], wanted[2 + k]);
    }
  }
}

/// By way of columns it is the same.
void check_columns(const test::EvaluationCase& one, IouType type, const Analysis& analysis,
                   const Json& expected) {
  const auto columns = test::analyse_in_columns(one, type);
  const Analysis same = columns.collector.finish(columns.arrays, one.truth.categories, {});
  check_classes(same, expected);
  check_images(same, expected);
  check_conventions(same, expected);
  CHECK(same.confusion.counts == analysis.confusion.counts);
  REQUIRE(same.errors.main.size() == analysis.errors.main.size());
  for (std::size_t e = 0; e < same.errors.main.size(); ++e) {
    CHECK(same.errors.main[e].loss == analysis.errors.main[e].loss);
    CHECK(same.errors.main[e].count == analysis.errors.main[e].count);
  }
}

void check_cases(const fs::path& cases, const fs::path& truth) {
  std::ifstream file(truth);
  const Json expected = Json::parse(file);
  const auto read = test::read_cases(cases);
  REQUIRE(read.size() == expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CAPTURE(read[i].name);
    for (const IouType type : {IouType::bbox, IouType::segm}) {
      CAPTURE(name(type));
      const Json& wanted = expected[i][name(type)];
      const auto one = test::analyse_case(read[i], type);
      const Analysis analysis = one.collector.finish(one.arrays, read[i].truth.categories, {});
      check_classes(analysis, wanted);
      check_images(analysis, wanted);
      check_ties(analysis, wanted);
      check_conventions(analysis, wanted);
      check_resampled(one, wanted, expected[i]["seed"]);
      check_columns(read[i], type, analysis, wanted);
    }
  }
}

/// One image, boxes only, categories 1 .. 3.
struct Scene {
  std::vector<Annotation> objects;
  std::vector<DetectionResult> detections;

  Scene& object(std::int64_t category, std::array<double, 4> box, bool crowd = false) {
    const std::int64_t id = std::ssize(objects) + 1;
    Annotation& annotation = objects.emplace_back();
    annotation.id = id;
    annotation.category_id = category;
    annotation.bbox = box;
    annotation.area = box[2] * box[3];
    annotation.iscrowd = crowd;
    return *this;
  }
  Scene& found(std::int64_t category, std::array<double, 4> box, double score) {
    detections.push_back({category, score, box, std::nullopt, box[2] * box[3]});
    return *this;
  }
  [[nodiscard]] std::vector<Category> categories() const {
    return {{1, "cat", {}, {}}, {2, "dog", {}, {}}, {3, "owl", {}, {}}};
  }
  /// As image number 5.
  [[nodiscard]] Analysis analysis(const AnalysisOptions& options = {}) const {
    const auto labels = categories();
    const EvaluationParams params = coco_params(labels);
    const std::span<const DetectionResult> results(detections);
    const auto matches = match_image(params, IouType::bbox, objects, results, 99, 99);
    AnalysisCollector collector(params);
    Accumulator sum(params);
    sum.append(5, matches);
    const ImageColumns columns = image_columns(params, IouType::bbox, objects, results, 99, 99);
    collector.append(
        5, analyse_image(params, IouType::bbox, columns.truth, columns.results, 0, matches));
    return collector.finish(sum.accumulate(), labels, options);
  }
};

using Counts = std::vector<std::uint64_t>;  // rows: cat dog owl background; columns: ... missed

}  // namespace

TEST_CASE("analysis: the class table, best scores and images agree with pycocotools' matches") {
  const fs::path golden = fs::path(ROIFLOW_SOURCE_DIR) / "tests" / "golden";
  check_cases(golden / "evaluation.json", golden / "analysis.json");
}

TEST_CASE("analysis: keypoints have everything but confusion and a breakdown of errors") {
  const fs::path golden = fs::path(ROIFLOW_SOURCE_DIR) / "tests" / "golden";
  int compared = 0;
  for (const auto& one : test::read_cases(golden / "evaluation_semantics.json")) {
    const auto expected = one.expected.find(IouType::keypoints);
    const auto& params = one.params;
    // Only then the headline is about the same detections as the analysis.
    if (expected == one.expected.end() || params.max_detections != std::vector<int>{20}) continue;
    if (params.area_ranges.front().label != "all") continue;
    CAPTURE(one.name);
    const auto found = test::analyse_in_columns(one, IouType::keypoints);
    const Analysis analysis = found.collector.finish(found.arrays, one.truth.categories, {});
    const auto images = found.collector.images();
    const Bootstrap bootstrap(params, list_matches(params, images.records));
    const auto whole = bootstrap.weighted(std::vector<std::uint32_t>(images.ids.size(), 1));
    CHECK(test::hex(whole.ap) == test::hex(expected->second.stats[0]));
    CHECK(test::hex(analysis.conventions[0].ap) == test::hex(expected->second.stats[0]));
    CHECK(analysis.confusion.counts.empty());
    CHECK(analysis.errors.main.empty());
    ++compared;
  }
  CHECK(compared > 5);
}

TEST_CASE("analysis: random cases agree with pycocotools' matches") {
  const auto python = test::pycocotools_python();
  if (!python) {
    MESSAGE("SKIPPED analysis against pycocotools: " << test::no_pycocotools);
    return;
  }
  const fs::path cases = scratch_folder() / "fuzz.json", truth = scratch_folder() / "truth.json";
  const std::string folder = std::string(ROIFLOW_SOURCE_DIR) + "/tests/reference/";
  for (const std::string& command :
       {fmt::format("'{}' '{}make_eval_golden.py' --fuzz 40 --seed 20 -o '{}'", *python, folder,
                    cases.string()),
        fmt::format("'{}' '{}make_analysis_golden.py' '{}' -o '{}'", *python, folder,
                    cases.string(), truth.string())}) {
    REQUIRE(std::system(command.c_str()) == 0);
  }
  check_cases(cases, truth);
}

TEST_CASE("analysis: equal scores are taken together for the best threshold") {
  // Kept from .9 on: 1 right of 2 wanted, F1 2/3. From .8 on: 2 right, 1 wrong, F1 4/5.
  Scene scene;
  scene.object(1, {0, 0, 10, 10}).object(1, {50, 0, 10, 10});
  scene.found(1, {0, 0, 10, 10}, 0.9).found(1, {0, 50, 9, 9}, 0.8).found(1, {50, 0, 10, 10}, 0.8);
  const Analysis analysis = scene.analysis();
  const OperatingPoint& best = analysis.classes[0].best;
  CHECK(best.score == 0.8);
  CHECK(best.precision == 2.0 / 3);
  CHECK(best.recall == 1);
  CHECK(best.f1 == 0.8);
  CHECK(analysis.confusion.score_threshold == 0.8);
  CHECK(analysis.classes[2].best.f1 == -1);
  REQUIRE(analysis.images.size() == 1);
  CHECK(analysis.images[0].image_id == 5);
  CHECK(analysis.images[0].false_positives == 1);
}

TEST_CASE("analysis: confusion matrices made by hand") {
  struct Case {
    const char* name;
    Scene scene;
    double score;
    Counts expected;
  };
  const std::array<double, 4> left{0, 0, 10, 10}, right{50, 0, 10, 10}, nowhere{0, 50, 10, 10};
  const Case cases[] = {
      {"nothing at all", {}, 0, Counts(16)},
      {"right, missed and background",
       Scene().object(1, left).object(2, right).found(1, left, 0.9).found(3, nowhere, 0.8),
       0,
       {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0}},
      {"a dog taken for a cat",
       Scene().object(2, left).found(1, left, 0.9),
       0,
       {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"the better one takes it, the other is left in the background",
       Scene().object(1, left).found(1, left, 0.5).found(2, left, 0.6),
       0,
       {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}},
      {"below the threshold it is as if it were not there",
       Scene().object(1, left).found(1, left, 0.5).found(2, left, 0.6),
       0.55,
       {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"of equal overlaps its own category",
       Scene().object(2, left).object(1, left).object(3, left).found(1, left, 0.5),
       0,
       {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0}},
      {"IoU of exactly a half is enough",
       Scene().object(1, left).found(1, {0, 0, 10, 5}, 0.5),
       0,
       {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"a crowd of its category hides it, of another not; crowds are not missed",
       Scene().object(1, {0, 0, 40, 40}, true).found(1, left, 0.5).found(2, left, 0.4),
       0,
       {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(one.scene.analysis({.score_threshold = one.score}).confusion.counts == one.expected);
  }
}

TEST_CASE("tide: overlaps of exactly 0.5 and 0.1 are localisation errors, as in tidecv") {
  Scene scene;
  scene.object(1, {0, 0, 10, 10}).found(1, {0, 0, 10, 10}, 0.9);
  scene.found(1, {0, 0, 10, 5}, 0.8).found(1, {0, 0, 10, 1}, 0.7).found(1, {0, 0, 5, 1}, 0.6);
  const ErrorBreakdown errors = scene.analysis().errors;
  CHECK(errors.main[1].count == 2);  // localisation
  CHECK(errors.main[3].count == 0);  // duplicate
  CHECK(errors.main[4].count == 1);  // background
}

TEST_CASE("analysis: an overlap between the two grids counts in one convention only") {
  // IoU 170 / 200 = 0.85 reaches linspace(.5, .95, 10)[7] but not .5 + .05 * 7.
  REQUIRE(linspace(0.5, 0.95, 10)[7] <= 0.85);
  REQUIRE(plain_iou_grid()[7] > 0.85);
  Scene scene;
  scene.object(1, {0, 0, 20, 10}).found(1, {0, 0, 17, 10}, 0.9);
  const Analysis analysis = scene.analysis();
  const double perfect = 1 / (1 + 2.220446049250313e-16);
  for (const ConventionRow& row : analysis.conventions) {
    if (row.name == "pycocotools") CHECK(std::abs(row.ap - 0.8 * perfect) < 1e-15);
    if (row.name == "plain grids") CHECK(std::abs(row.ap - 0.7 * perfect) < 1e-15);
  }
}

TEST_CASE("analysis: an image that is appended twice is refused") {
  AnalysisCollector collector(coco_params({}));
  collector.append(42, {});
  collector.append(42, {});
  CHECK_THROWS_WITH_AS(static_cast<void>(collector.images()),
                       "analysis: image ids must be distinct, found 42 twice", Error);
}

}  // namespace roiflow
