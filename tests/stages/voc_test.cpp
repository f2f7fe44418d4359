#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/voc/voc_accumulator.hpp"
#include "tests/support/evaluation_case.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::json;
using test::hex;

const std::vector<Category> one_class{{1, "disc", {}, {}}};

struct VocImage {
  std::vector<VocObject> objects;
  std::vector<VocDetection> detections;
};

/// Numbers of the outside reference are VOC's corners; on the way they pass through x y w h, as
/// they do in a data set.
VocBox through_xywh(const Json& row, std::size_t first) {
  const VocBox box{row[first], row[first + 1], row[first + 2], row[first + 3]};
  CHECK(to_voc_box(from_voc_box(box)) == box);
  return to_voc_box(from_voc_box(box));
}

VocImage read_image(const Json& json, std::uint64_t& place) {
  VocImage image;
  for (const Json& row : json["objects"]) {
    image.objects.push_back({row[0], through_xywh(row, 1), row[5] == 1});
  }
  for (const Json& row : json["detections"]) {
    image.detections.push_back({row[0], row[1], through_xywh(row, 2), place++});
  }
  return image;
}

/// AP of one class in one image.
double ap_of(const VocRule& rule, const VocImage& image, VocMetric metric,
             VocGrid grid = VocGrid::matlab) {
  VocAccumulator sum(rule, one_class);
  sum.append(1, match_voc(rule, image.objects, image.detections));
  return sum.metrics(metric, grid).classes[0].ap;
}

std::vector<VocVerdict> verdicts(const VocRule& rule, const VocImage& image) {
  const auto matches = match_voc(rule, image.objects, image.detections);
  REQUIRE(matches.size() == 1);
  return matches[0].verdicts;
}

/// The file says null where there is no number.
void check_bits(double found, const Json& expected) {
  if (expected.is_null()) {
    CHECK(std::isnan(found));
  } else {
    CHECK(hex(found) == hex(expected.get<double>()));
  }
}

}  // namespace

TEST_CASE("voc: corners count from 1 and belong to the box") {
  CHECK(to_voc_box({0, 0, 10, 20}) == VocBox{1, 1, 10, 20});
  CHECK(from_voc_box({1, 1, 1, 1}) == std::array<double, 4>{0, 0, 1, 1});  // one pixel
  // 10 x 10 pixels against their left half and one pixel more: 60 of 100.
  CHECK(voc_overlap({1, 1, 10, 10}, {1, 1, 6, 10}) == 60.0 / 100.0);
  // Neighbours share no pixel; boxes that end where the next begins share one column.
  CHECK(voc_overlap({1, 1, 10, 10}, {11, 1, 20, 10}) == -std::numeric_limits<double>::infinity());
  CHECK(voc_overlap({1, 1, 10, 10}, {10, 1, 19, 10}) == 10.0 / 190.0);
}

TEST_CASE("voc: the rule of matching, case by case") {
  using enum VocVerdict;
  const VocBox box{1, 1, 10, 10}, half{1, 1, 5, 10}, far{50, 50, 60, 60};
  struct Case {
    const char* name;
    VocRule rule;
    VocImage image;
    std::vector<VocVerdict> expected;
  };
  const Case cases[] = {
      {"an overlap of one half reaches 0.5", {}, {{{1, box}}, {{1, 0.9, half}}}, {right}},
      {"but is not above it", {0.5, true}, {{{1, box}}, {{1, 0.9, half}}}, {wrong}},
      {"a second detection of the same object is wrong",
       {},
       {{{1, box}}, {{1, 0.8, box}, {1, 0.9, half}}},
       {right, wrong}},
      {"there is no second choice: the best object is taken, another would do",
       {0.4},
       {{{1, box}, {1, half}}, {{1, 0.9, box}, {1, 0.8, {1, 1, 9, 10}}}},
       {right, wrong}},
      {"of equal overlaps the first object counts",
       {},
       {{{1, box}, {1, box, true}}, {{1, 0.9, box}}},
       {right}},
      {"and if the first is difficult, that counts",
       {},
       {{{1, box, true}, {1, box}}, {{1, 0.9, box}}},
       {neither}},
      {"a difficult object takes any number of detections",
       {},
       {{{1, box, true}}, {{1, 0.9, box}, {1, 0.8, box}}},
       {neither, neither}},
      {"a difficult one below the threshold does not excuse",
       {},
       {{{1, box, true}}, {{1, 1, far}}},
       {wrong}},
      {"without objects all is wrong, even at threshold 0", {0.0}, {{}, {{1, 0.5, box}}}, {wrong}},
      {"disjoint boxes do not reach a threshold of 0", {0.0}, {{{1, box}}, {{1, 1, far}}}, {wrong}},
      {"equal scores keep their order",
       {},
       {{{1, box}}, {{1, 0.5, half, 0}, {1, 0.5, box, 1}}},
       {right, wrong}},
      {"NaN scores come last",
       {},
       {{{1, box}}, {{1, std::nan(""), box}, {1, 0.1, half}}},
       {right, wrong}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(verdicts(c.rule, c.image) == c.expected);
  }
}

TEST_CASE(
    "voc: classes are matched apart, and only objects that are not difficult are to be found") {
  const VocBox box{1, 1, 10, 10};
  const auto matches =
      match_voc({}, std::vector<VocObject>{{7, box}, {3, box, true}, {7, box, true}},
                std::vector<VocDetection>{{3, 0.5, box}, {9, 0.25, box}});
  REQUIRE(matches.size() == 3);
  CHECK(matches[0].category_id == 3);
  CHECK(matches[0].ground_truths == 0);
  CHECK(matches[0].verdicts == std::vector{VocVerdict::neither});
  CHECK(matches[1].category_id == 7);
  CHECK(matches[1].ground_truths == 1);
  CHECK(matches[2].verdicts == std::vector{VocVerdict::wrong});
}

TEST_CASE("voc: average precision by hand") {
  // Two objects; right, wrong, right: recall 1/2 1/2 1, precision 1 1/2 2/3.
  const std::vector<double> recall{0.5, 0.5, 1}, precision{1, 0.5, 2.0 / 3};
  CHECK(voc07_average_precision(recall, precision, VocGrid::matlab) ==
        doctest::Approx((6 * 1.0 + 5 * 2.0 / 3) / 11).epsilon(1e-15));
  CHECK(voc10_average_precision(recall, precision) == 0.5 * 1 + 0.5 * (2.0 / 3));
  CHECK(voc07_average_precision({}, {}, VocGrid::numpy) == 0);
  CHECK(voc10_average_precision({}, {}) == 0);
  // Recall 0.7 of a perfect list: MATLAB's grid has eight points up to there, numpy's seven.
  const std::vector<double> seven{7.0 / 10}, perfect{1};
  CHECK(voc07_average_precision(seven, perfect, VocGrid::matlab) ==
        doctest::Approx(8.0 / 11).epsilon(1e-15));
  CHECK(voc07_average_precision(seven, perfect, VocGrid::numpy) ==
        doctest::Approx(7.0 / 11).epsilon(1e-15));
  CHECK(voc10_average_precision(seven, perfect) == 0.7);
}

TEST_CASE("voc: the eleven recalls, to the bit") {
  const auto matlab = voc07_recalls(VocGrid::matlab), numpy = voc07_recalls(VocGrid::numpy);
  CHECK(matlab ==
        std::array<double, 11>{0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1});
  CHECK(numpy == std::array<double, 11>{0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5,
                                        0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 1});
}

TEST_CASE("voc: what has no AP, and what has 0") {
  const VocBox box{1, 1, 10, 10};
  CHECK(std::isnan(ap_of({}, {{}, {{1, 0.5, box}}}, VocMetric::voc10)));
  CHECK(std::isnan(ap_of({}, {{{1, box, true}}, {{1, 0.5, box}}}, VocMetric::voc07)));
  CHECK(ap_of({}, {{{1, box}}, {}}, VocMetric::voc07) == 0);
  // One object to be found, but the only detection lies on a difficult one.
  const VocImage excused{{{1, {50, 50, 60, 60}}, {1, box, true}}, {{1, 0.5, box}}};
  CHECK(ap_of({}, excused, VocMetric::voc07) == 0);
  CHECK(ap_of({}, excused, VocMetric::voc10) == 0);
  // A detection on a difficult object ahead of a right one costs nothing.
  const VocImage first{{{1, {50, 50, 60, 60}}, {1, box, true}},
                       {{1, 0.9, box}, {1, 0.5, {50, 50, 60, 60}}}};
  CHECK(ap_of({}, first, VocMetric::voc10) == 1);

  VocAccumulator sum({}, std::vector<Category>{{1, "a", {}, {}}, {2, "b", {}, {}}});
  const VocMetrics empty = sum.metrics(VocMetric::voc07);
  CHECK(std::isnan(empty.map));
  CHECK(empty.classes_with_ap == 0);
  sum.append(5, match_voc({}, std::vector<VocObject>{{1, box}},
                          std::vector<VocDetection>{{1, 0.5, box}, {2, 1, box}, {77, 1, box}}));
  const VocMetrics metrics = sum.metrics(VocMetric::voc10);
  CHECK(metrics.map == 1);  // class 2 has no objects and is left out of the mean
  CHECK(metrics.classes_with_ap == 1);
  CHECK(metrics.classes[1].detections == 1);
  CHECK(metrics.classes[1].false_positives == 1);
  CHECK(metrics.metric == "voc10");
  CHECK(metrics.comparison == ">=");
}

TEST_CASE("voc: a crowd region counts as difficult") {
  Annotation crowd;
  crowd.category_id = 4;
  crowd.bbox = {0, 0, 10, 10};
  crowd.iscrowd = true;
  const auto objects = voc_objects(std::vector{crowd});
  CHECK(objects[0].difficult);
  CHECK(objects[0].box == VocBox{1, 1, 10, 10});
}

TEST_CASE("voc: equal to the rules written for numpy, in any order of images and any parts") {
  const char* fresh = std::getenv("ROIFLOW_VOC_GOLDEN");  // tests/reference/fuzz_voc.sh
  std::ifstream file(fresh != nullptr ? fresh : ROIFLOW_SOURCE_DIR "/tests/golden/voc.json");
  const Json cases = Json::parse(file);
  REQUIRE(cases.size() == 6);
  for (const Json& c : cases) {
    const std::string name = c["name"];
    std::vector<Category> categories;
    for (const Json& label : c["labels"]) categories.push_back({label, "class", {}, {}});
    std::vector<VocImage> images;
    std::uint64_t place = 0;
    for (const Json& image : c["images"]) images.push_back(read_image(image, place));
    for (const Json& e : c["expected"]) {
      const std::string metric = e["metric"];
      INFO(name, ": ", e["iou_threshold"].dump(), e["strictly"].dump(), " ", metric);
      const VocRule rule{e["iou_threshold"], e["strictly"]};
      VocAccumulator one(rule, categories), front(rule, categories), back(rule, categories);
      for (std::size_t i = images.size(); i-- > 0;) {  // backwards, and every third apart
        const auto matches = match_voc(rule, images[i].objects, images[i].detections);
        one.append(static_cast<std::int64_t>(i), matches);
        (i % 3 == 0 ? front : back).append(static_cast<std::int64_t>(i), matches);
      }
      front.merge(back);
      for (const VocAccumulator* sum : {&one, &front}) {
        const VocMetrics found =
            sum->metrics(metric == "voc10" ? VocMetric::voc10 : VocMetric::voc07,
                         metric == "voc07 numpy" ? VocGrid::numpy : VocGrid::matlab);
        REQUIRE(found.classes.size() == e["ap"].size());
        for (std::size_t k = 0; k < found.classes.size(); ++k) {
          check_bits(found.classes[k].ap, e["ap"][k]);
        }
        check_bits(found.map, e["map"]);
      }
    }
  }
}

TEST_CASE("voc: an image may come once, and parts must be of one evaluation") {
  VocAccumulator a({}, one_class), b({}, one_class), other({0.7, false}, one_class);
  a.append(3, {});
  b.append(3, {});
  CHECK_THROWS_WITH_AS(a.append(3, {}), "evaluation: image ids must be distinct, found 3 twice",
                       Error);
  CHECK_THROWS_WITH_AS(a.merge(b), "evaluation: image 3 is in both parts that are to be merged",
                       Error);
  CHECK_THROWS_AS(a.merge(other), Error);
  CHECK(a.image_count() == 1);
}

}  // namespace roiflow
