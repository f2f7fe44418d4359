// The reference's behaviour, item by item. Each case is compared with pycocotools to the last bit,
// and what the item says about it is checked in plain numbers besides. The numbers follow from the
// rule: a class whose first detection is wrong and whose second is right has a precision of 1/2,
// and one of two objects found reaches 51 of the 101 recalls.
#include <map>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/evaluate/keypoint_similarity.hpp"
#include "stages/masks/mask_iou.hpp"
#include "tests/support/evaluation_checks.hpp"

namespace roiflow {
namespace {

using doctest::Approx;

const test::EvaluationCase& named(const std::string& name) {
  static const auto cases = [] {
    std::map<std::string, test::EvaluationCase> all;
    for (const char* path : {test::golden_cases, test::semantics_cases}) {
      for (auto& one : test::read_cases(path)) all.emplace(one.name, std::move(one));
    }
    return all;
  }();
  const auto found = cases.find(name);
  REQUIRE_MESSAGE(found != cases.end(), "no golden case '", name, "'");
  return found->second;
}

EvaluationArrays arrays_of(const std::string& name, IouType type = IouType::bbox) {
  const auto& one = named(name);
  return test::evaluate_in_columns(one.params, type, one.truth, one.results);
}

/// Compares the case with the reference and returns its stats by name.
std::map<std::string_view, double> stats_of(const std::string& name, IouType type = IouType::bbox) {
  const auto& one = named(name);
  REQUIRE(one.expected.contains(type));
  test::check_case(one);
  std::map<std::string_view, double> stats;
  for (const auto& [stat, value] : summarise(one.params, arrays_of(name, type), type)) {
    stats[stat] = value;
  }
  return stats;
}

constexpr double half_found = 51.0 / 101;

}  // namespace

// 1.2 Ignore

TEST_CASE("semantics 1.2: the ignore field of a file is overwritten by iscrowd") {
  CHECK(stats_of("ignore in a file is overwritten by iscrowd")["AP"] == Approx(half_found));
}

TEST_CASE("semantics 1.2: area ranges are closed at both ends") {
  auto stats = stats_of("area borders belong to both ranges");
  for (const char* name : {"APs", "APm", "APl"}) CHECK(stats[name] == Approx(1));
  const auto& one = named("area borders belong to both ranges");
  // 32 x 32, 96 x 96, 32 x 31.9 and 32 x 32.1: two small, three medium, one large.
  Accumulator sum(one.params);
  for (const auto& image : one.truth.images) {
    sum.append(image.id, match_image(one.params, IouType::bbox, image.annotations,
                                     std::span<const Detection>(), image.height, image.width));
  }
  CHECK(sum.category(0).truth_counts == std::vector<std::uint32_t>{4, 2, 3, 1});
}

TEST_CASE("semantics 1.2: an unmatched detection outside the range is ignored") {
  auto stats = stats_of("unmatched outside the range is ignored");
  CHECK(stats["APs"] == Approx(1));   // the larger wrong ones do not count
  CHECK(stats["AP"] == Approx(0.5));  // here they do
}

TEST_CASE("semantics 1.2: a matched detection outside the range stays right") {
  auto stats = stats_of("matched outside the range stays right");
  CHECK(stats["APs"] == -1);
  CHECK(stats["APm"] == Approx(0.9));
}

TEST_CASE("semantics 1.2: objects without keypoints are ignored, by num_keypoints") {
  CHECK(stats_of("keypoints: an object without any is ignored", IouType::keypoints)["AP"] ==
        Approx(1));
  CHECK(stats_of("keypoints: num_keypoints decides, not the points", IouType::keypoints)["AP"] ==
        Approx(1));
}

TEST_CASE("semantics 1.2: keypoints have no small objects") {
  auto stats = stats_of("keypoints: no small objects, medium and large ones", IouType::keypoints);
  CHECK(stats.size() == 10);
  CHECK_FALSE(stats.contains("APs"));
  CHECK(coco_keypoint_params({}).area_ranges.size() == 3);
}

// 1.3 IoU

TEST_CASE("semantics 1.3: boxes that touch do not overlap, and widths have no plus 1") {
  CHECK(box_iou({0, 0, 2, 2}, {2, 0, 2, 2}, false) == 0);
  CHECK(box_iou({0, 0, 2, 2}, {1, 0, 2, 2}, false) == 2.0 / 6);
  CHECK(stats_of("boxes that touch do not overlap")["AP"] == 0);
  CHECK(stats_of("widths have no plus 1")["AR100"] == Approx(1.0 / 3));  // reached at 1/3 only
}

TEST_CASE("semantics 1.3: against a crowd the detection's own area is the whole") {
  CHECK(box_iou({0, 0, 2, 2}, {1, 0, 2, 2}, true) == 2.0 / 4);
  CHECK(stats_of("crowd absorbs any number")["AP"] == Approx(1));
}

TEST_CASE("semantics 1.3: masks of another size never match") {
  CHECK(stats_of("masks of another size", IouType::segm)["AR100"] == Approx(0.5));
}

TEST_CASE("semantics 1.3: boxes of masks are only the first look") {
  CHECK(stats_of("boxes of masks overlap and their pixels do not", IouType::segm)["AP75"] == 0);
}

TEST_CASE("semantics 1.3: runs of length 0 are passed over") {
  CHECK(stats_of("runs of length 0 in masks", IouType::segm)["AP"] == Approx(1));
}

TEST_CASE("semantics 1.3: only the best detections are compared") {
  CHECK(stats_of("more detections than the limit")["AR100"] == Approx(1));
}

TEST_CASE("semantics 1.3: keypoint similarity is the mean over the annotated points") {
  const double sigma = 0.05, area = 400;
  KeypointSimilarity similarity(std::vector<double>{sigma, sigma});
  const std::vector<double> truth{10, 10, 2, 20, 20, 0}, hit{10, 10, 0, 90, 90, 0};
  const std::array<double, 4> box{10, 10, 20, 20};
  CHECK(similarity(hit, truth, box, area) == 1);  // the second point is not annotated
  const std::vector<double> beside{13, 14, 0, 20, 20, 0};
  CHECK(similarity(beside, truth, box, area) ==
        Approx(std::exp(-25 / (4 * sigma * sigma) / area / 2)));
  // Nothing annotated: distances to the box three times as wide and high.
  const std::vector<double> nothing{0, 0, 0, 0, 0, 0}, inside{-10, 50, 1, 50, -10, 1},
      outside{-13, 0, 1, 0, 54, 1};
  CHECK(similarity(inside, nothing, box, area) == 1);
  CHECK(similarity(outside, nothing, box, area) ==
        Approx((std::exp(-9 / (4 * sigma * sigma) / area / 2) +
                std::exp(-16 / (4 * sigma * sigma) / area / 2)) /
               2));
}

TEST_CASE("semantics 1.3: keypoints whose classes are taken as one give 0") {
  CHECK(stats_of("keypoints: classes taken as one find nothing", IouType::keypoints)["AP"] == 0);
}

TEST_CASE("semantics 1.3: the deviations of keypoints are rounded twice") {
  const auto sigmas = coco_keypoint_params({}).keypoint_sigmas;
  REQUIRE(sigmas.size() == 17);
  const double tenth = 10;
  CHECK(sigmas[3] == .35 / tenth);
  CHECK(sigmas[11] == 1.07 / tenth);
}

TEST_CASE("semantics 1.3: which keypoints count") {
  // 3 points of 17 are annotated; the others are 40 pixels off.
  CHECK(stats_of("keypoints: only annotated points count", IouType::keypoints)["AP50"] ==
        Approx(1));
  CHECK(stats_of("keypoints: hidden points count as visible ones", IouType::keypoints)["AP"] ==
        Approx(1));
  stats_of("keypoints: poses further and further away", IouType::keypoints);
}

// 1.4 Matching

TEST_CASE("semantics 1.4: of equal overlaps the last is taken") {
  stats_of("equal overlap: the last is taken");
}

TEST_CASE("semantics 1.4: a threshold of exactly 1 can be reached") {
  auto stats = stats_of("IoU threshold of exactly 1");
  CHECK(stats["AR100"] == Approx(0.6));  // all five at 0.5, one at 1
}

TEST_CASE("semantics 1.4: an object with id 0 turns its detection into a false positive") {
  auto stats = stats_of("an annotation with id 0");
  CHECK(stats["AR100"] == Approx(0.5));
  CHECK(stats["AP"] == Approx(half_found / 3));  // third of three, after two wrong ones
}

TEST_CASE("semantics 1.4: any other id counts as a match, negative ones too") {
  CHECK(stats_of("negative ids of objects")["AP"] == Approx(1));
}

TEST_CASE("semantics 1.4: a crowd absorbs any number of detections") {
  CHECK(stats_of("crowd absorbs any number", IouType::segm)["AP"] == Approx(1));
  CHECK(stats_of("keypoints: a crowd absorbs any number", IouType::keypoints)["AP"] == Approx(1));
  CHECK(stats_of("crowd only")["AP"] == -1);
}

TEST_CASE("semantics 1.4: a real object is not given up for an ignored one") {
  CHECK(stats_of("a real object is kept though an ignored one overlaps more")["AR100"] ==
        Approx(1));
}

TEST_CASE("semantics 1.4: what is taken leaves the next best") {
  CHECK(stats_of("taken objects leave the next best")["AP50"] == Approx(1));
}

TEST_CASE("semantics 1.4: classes taken as one stand in the order of their ids") {
  stats_of("one class for all: classes in the order of their ids");
  CHECK(stats_of("one category for all")["AP"] == Approx(1));
}

TEST_CASE("semantics 1.4: a threshold of 0 takes what does not overlap") {
  CHECK(stats_of("IoU threshold of 0 takes what does not overlap")["AR100"] == Approx(1));
}

// 1.5 Accumulation

TEST_CASE("semantics 1.5: equal scores keep the order of image ids") {
  stats_of("equal scores over images");
}

TEST_CASE("semantics 1.5: NaN scores come last, and -0 equals 0") {
  stats_of("NaN scores come last");
  stats_of("a score of -0 equals 0");
}

TEST_CASE("semantics 1.5: nothing to be found is -1, nothing found is 0") {
  const auto objects = arrays_of("objects without detections");
  CHECK(objects.recall[objects.cell(0, 1, 0, 2)] == 0);
  CHECK(objects.precision[objects.cell(0, 0, 1, 0, 2)] == 0);
  const auto detections = arrays_of("detections without objects");
  CHECK(detections.recall[detections.cell(0, 1, 0, 2)] == -1);
  CHECK(detections.precision[detections.cell(0, 0, 1, 0, 2)] == -1);
  stats_of("objects without detections");
  stats_of("detections without objects");
  stats_of("an image without anything");
  stats_of("unknown category");
}

TEST_CASE("semantics 1.5: a perfect detector has a precision of 1 - 2^-52") {
  const auto arrays = arrays_of("perfect");
  CHECK(arrays.precision[0] == 0.9999999999999998);
  CHECK(stats_of("perfect")["AP50"] < 1);
}

TEST_CASE("semantics 1.5: nothing is read after the first recall that is not reached") {
  const auto arrays = arrays_of("recall thresholds: nothing after the first that is not reached");
  stats_of("recall thresholds: nothing after the first that is not reached");
  stats_of("recall thresholds below 0 and above 1");
  // At the highest threshold one of five is found: recalls 0, 0.4, 1, 0.2, 0.6 stop at 0.4,
  // although 0.2 is reached.
  CHECK(arrays.recall[arrays.cell(9, 0, 0, 2)] == 0.2);
  CHECK(arrays.precision[arrays.cell(9, 0, 0, 0, 2)] > 0);
  CHECK(arrays.precision[arrays.cell(9, 3, 0, 0, 2)] == 0);
}

TEST_CASE("semantics 1.5: scores are those of the detection that reaches the recall") {
  const auto arrays = arrays_of("scores are those of the detection that reaches the recall");
  stats_of("scores are those of the detection that reaches the recall");
  // Right ones score 0 to 0.6, one each: the first reaches 1/7, the last 1.
  CHECK(arrays.scores[arrays.cell(0, 14, 0, 0, 2)] == 0.6);
  CHECK(arrays.scores[arrays.cell(0, 100, 0, 0, 2)] == 0);
}

TEST_CASE("semantics 1.5: limits hold for each class and image") {
  auto stats = stats_of("the limit holds for each class and image");
  CHECK(stats["AR1"] == 0);
  CHECK(stats["AR10"] == Approx(0.5));
  CHECK(stats["AR100"] == Approx(1));
}

TEST_CASE("semantics 1.5: limits must ascend; any number of them is possible") {
  EvaluationParams params = coco_params({});
  params.max_detections = {10, 1};
  CHECK_THROWS_WITH_AS(
      Accumulator{params},
      "evaluation: the numbers of detections must be positive and ascending, found 10,1", Error);
  stats_of("five limits");
  test::check_case(named("two limits: arrays without stats"));
  const auto& two = named("two limits: arrays without stats");
  CHECK_THROWS_AS(static_cast<void>(summarise(two.params, arrays_of(two.name))), Error);
}

// 1.6 Summary

TEST_CASE("semantics 1.6: AP needs the literal limit of 100, keypoints that of 20") {
  auto stats = stats_of("other limits");
  CHECK(stats["AP"] == -1);
  CHECK(stats["AP50"] > 0);
  const auto keypoints = stats_of("keypoints: other limits than 20", IouType::keypoints);
  for (const auto& stat : keypoints) {
    CAPTURE(stat.first);
    CHECK(stat.second == -1);
  }
  stats_of("keypoints: more poses than the limit", IouType::keypoints);
}

TEST_CASE("semantics 1.6: thresholds are looked up by exact equality") {
  auto stats = stats_of("IoU thresholds that miss 0.5 and 0.75 by a bit");
  CHECK(stats["AP"] > 0);
  CHECK(stats["AP50"] == -1);
  CHECK(stats["AP75"] == -1);
  auto unsorted = stats_of("IoU thresholds of the user, unsorted");
  CHECK(unsorted["AP50"] > unsorted["AP75"]);
  stats_of("64 IoU thresholds");
  EvaluationParams params = coco_params({});
  params.iou_thresholds.assign(65, 0.5);
  CHECK_THROWS_AS(validate(params), Error);
}

TEST_CASE("semantics 1.6: area ranges are looked up by label") {
  auto stats = stats_of("area ranges of the user, with other labels");
  CHECK(stats["APs"] > 0);
  CHECK(stats["APm"] == -1);
  CHECK(stats_of("no range called all")["AP"] == -1);
}

TEST_CASE("semantics 1.6: ten numbers for keypoints, and their table") {
  const auto& one = named("keypoints: a perfect pose");
  const auto arrays = arrays_of(one.name, IouType::keypoints);
  const Stats stats = summarise(one.params, arrays, IouType::keypoints);
  REQUIRE(stats.size() == 10);
  CHECK(stats[3].name == "APm");
  CHECK(stats[6].name == "AR50");
  const std::string table = summary_table(one.params, stats, IouType::keypoints);
  CHECK(table.find(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets= 20 ] = "
                   "1.000\n") == 0);
  CHECK(table.find(" Average Recall     (AR) @[ IoU=0.75      | area=   all | maxDets= 20 ] = "
                   "1.000\n") != std::string::npos);
  CHECK(table.find("large | maxDets= 20 ] = -1.000\n") != std::string::npos);
}

// 1.7 Grids

TEST_CASE("semantics 1.7: a recall of 7/10 does not reach the threshold 0.7") {
  const auto arrays = arrays_of("seven of ten");
  stats_of("seven of ten");
  CHECK(arrays.precision[arrays.cell(0, 69, 0, 0, 2)] > 0);
  CHECK(arrays.precision[arrays.cell(0, 70, 0, 0, 2)] == 0);
}

TEST_CASE("semantics 1.7: numpy's grids differ from the obvious ones at known places") {
  const auto ious = linspace(0.5, 0.95, 10), recalls = linspace(0, 1, 101);
  for (std::size_t i = 0; i < ious.size(); ++i) {
    CAPTURE(i);
    CHECK((ious[i] == 0.5 + 0.05 * static_cast<double>(i)) == (i != 7 && i != 8));
  }
  std::vector<std::size_t> differ;
  for (std::size_t i = 0; i < recalls.size(); ++i) {
    CHECK(recalls[i] == static_cast<double>(i) * 0.01);
    if (recalls[i] != static_cast<double>(i) / 100) differ.push_back(i);
  }
  CHECK(differ == std::vector<std::size_t>{35, 41, 47, 57, 69, 70, 82, 83, 94, 95});
}

// Loading, as far as it decides about areas (1.1)

TEST_CASE("semantics 1.1: a box key decides the area of masks too") {
  auto stats = stats_of("box key in mask results changes the area", IouType::segm);
  CHECK(stats["APs"] == Approx(1));
  CHECK(stats_of("keypoints: the area of a result with a box is the box's",
                 IouType::keypoints)["APm"] == Approx(1));
  stats_of("masks only", IouType::segm);
  stats_of("a segmentation of one box as a polygon", IouType::segm);
  stats_of("boxes outside the image and empty ones");
}

TEST_CASE("semantics: every golden case is equal, whichever item it belongs to") {
  for (const auto& one : test::read_cases(test::semantics_cases)) test::check_case(one);
}

}  // namespace roiflow
