/// Semantic segmentation: the histogram and its numbers against numpy's (semantic_reference.py), by
/// hand, and bad input.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/semantic/semantic_policy.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::json;

LabelMap map_of(const Json& test_case, const char* member) {
  const auto hex = test_case[member].get<std::string>();
  LabelMap map{test_case["height"], test_case["width"], {}};
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    map.labels.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return map;
}

double number(const Json& value) {
  return value.is_null() ? std::nan("") : std::strtod(value.get<std::string>().c_str(), nullptr);
}

/// NaN equals NaN, everything else to the last bit.
bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b;
}

void check_numbers(const SemanticMetrics& found, const Json& expected) {
  const std::pair<const char*, double> headline[] = {
      {"pixel_accuracy", found.pixel_accuracy},
      {"mean_accuracy", found.mean_accuracy},
      {"mean_iu", found.mean_iu},
      {"frequency_weighted_iu", found.frequency_weighted_iu}};
  for (const auto& [of_key, of_value] : headline) {
    const std::string key = of_key;
    const double value = of_value;
    if (!expected.contains(key)) continue;  // the convention has no such number
    CAPTURE(key);
    CAPTURE(value);
    CAPTURE(number(expected[key]));
    CHECK(same(value, number(expected[key])));
  }
  for (const auto& [of_key, values] : {std::pair{"class_iu", &found.class_iu},
                                       std::pair{"class_accuracy", &found.class_accuracy}}) {
    const std::string key = of_key;
    if (!expected.contains(key)) continue;
    REQUIRE(values->size() == expected[key].size());
    for (std::size_t k = 0; k < values->size(); ++k) {
      CAPTURE(key);
      CAPTURE(k);
      CHECK(same((*values)[k], number(expected[key][k])));
    }
  }
}

/// 0, 1, 2 are classes, 255 does not count.
SemanticClasses three() {
  return numbered_classes(3, 255);
}
SemanticConfusion confusion_of(const LabelMap& truth, const LabelMap& predicted) {
  SemanticConfusion confusion(three());
  confusion.add(truth, predicted);
  return confusion;
}

template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::internal, "no error");
}

}  // namespace

TEST_CASE("semantic: numpy's numbers to the last bit, under every convention") {
  std::ifstream file(std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/semantic.json");
  const Json cases = Json::parse(file);
  REQUIRE(cases.size() == 11);
  for (const Json& test_case : cases) {
    CAPTURE(test_case["name"].get<std::string>());
    const LabelMap truth = map_of(test_case, "truth");
    const LabelMap predicted = map_of(test_case, "predicted");
    SemanticConfusion confusion(numbered_classes(test_case["classes"], test_case["ignore"]));
    confusion.add(truth, predicted);
    for (const auto& [name_of_policy, expected] : test_case["expected"].items()) {
      const std::string policy = name_of_policy;
      CAPTURE(policy);
      CHECK_NOTHROW(require_allowed(absent_classes(policy), confusion, truth, predicted));
      check_numbers(semantic_metrics(confusion, absent_classes(policy)), expected);
    }
  }
}

TEST_CASE("semantic: a case by hand") {
  // Class 0: 4 pixels, predicted 4 times, 3 of them right: 3 / 5. Class 1: 3 pixels, predicted
  // twice, once right: 1 / 4. Class 2: not there, predicted on a pixel that counts and on an
  // ignored one.
  const LabelMap truth{2, 4, {0, 0, 0, 0, 1, 1, 1, 255}};
  const LabelMap predicted{2, 4, {0, 0, 0, 1, 1, 0, 2, 2}};
  const SemanticConfusion confusion = confusion_of(truth, predicted);
  const std::vector<std::uint64_t> expected = {3, 1, 0, 0, 1, 1, 1, 0, 0, 0,
                                               0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
  CHECK(std::ranges::equal(confusion.counts(), expected));
  const SemanticMetrics fcn = semantic_metrics(confusion, AbsentClasses::fcn);
  CHECK(fcn.pixel_accuracy == 4.0 / 7);
  CHECK(fcn.class_iu == std::vector<double>{3.0 / 5, 1.0 / 4, 0});
  CHECK(fcn.mean_iu == (3.0 / 5 + 1.0 / 4 + 0) / 3);
  CHECK(fcn.mean_accuracy == (3.0 / 4 + 1.0 / 3) / 2);
  CHECK(fcn.ignored_pixels == 1);
  CHECK(fcn.ground_truth_pixels == std::vector<std::uint64_t>{4, 3, 0});
  CHECK(fcn.predicted_pixels == std::vector<std::uint64_t>{4, 2, 1});
  const SemanticMetrics detectron2 = semantic_metrics(confusion, AbsentClasses::detectron2);
  CHECK(detectron2.mean_iu == (3.0 / 5 + 1.0 / 4) / 2);
  CHECK(std::isnan(detectron2.class_iu[2]));
}

TEST_CASE("semantic: images in any order and any grouping merge to the same counts") {
  std::vector<LabelMap> truths, predictions;
  std::uint32_t state = 1;
  const auto random = [&state] { return (state = state * 1664525U + 1013904223U) >> 16U; };
  for (int i = 0; i < 9; ++i) {
    LabelMap map{7 + i, 11, {}};
    map.labels.resize(static_cast<std::size_t>(map.height * map.width));
    for (auto& label : map.labels) label = static_cast<std::uint8_t>(random() % 5);
    truths.push_back(map);
    for (auto& label : map.labels) label = static_cast<std::uint8_t>(random() % 4);
    predictions.push_back(map);
  }
  SemanticConfusion forwards(three()), left(three()), right(three());
  std::vector<std::uint64_t> naive(20);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    forwards.add(truths[i], predictions[i]);
    (i % 2 == 0 ? left : right).add(truths[8 - i], predictions[8 - i]);
    for (std::size_t at = 0; at < truths[i].labels.size(); ++at) {
      const std::size_t t = truths[i].labels[at], p = predictions[i].labels[at];
      ++naive[(t < 3 ? t : 4) * 4 + std::min<std::size_t>(p, 3)];
    }
  }
  right.merge(left);
  CHECK(std::ranges::equal(right.counts(), forwards.counts()));
  CHECK(std::ranges::equal(naive, forwards.counts()));
}

TEST_CASE("semantic: runs of every length and alignment are counted whole") {
  for (int width = 1; width <= 40; ++width) {
    for (int change = 0; change <= width; ++change) {
      LabelMap truth{1, width, std::vector<std::uint8_t>(static_cast<std::size_t>(width), 1)};
      LabelMap predicted = truth;
      std::fill_n(predicted.labels.begin(), change, std::uint8_t{2});
      const SemanticConfusion confusion = confusion_of(truth, predicted);
      REQUIRE(confusion.count(1, 2) == static_cast<std::uint64_t>(change));
      REQUIRE(confusion.count(1, 1) == static_cast<std::uint64_t>(width - change));
    }
  }
}

TEST_CASE("semantic: which values are classes") {
  const SemanticClasses voc = classes_of({{.id = 2, .name = "cat"}, {.id = 1, .name = "dog"}}, 255);
  CHECK(voc.values == std::vector<std::uint8_t>{0, 1, 2});
  CHECK(voc.names == std::vector<std::string>{"background", "dog", "cat"});
  const SemanticClasses camvid = classes_of(
      {{.id = 0, .name = "sky"}, {.id = 11, .name = "void"}, {.id = 300, .name = "x"}}, 11);
  CHECK(camvid.values == std::vector<std::uint8_t>{0});
  CHECK(camvid.names == std::vector<std::string>{"sky"});
  CHECK(numbered_classes(3, 1).values == std::vector<std::uint8_t>{0, 2});
  // A gap in the values is no class: it can be neither right nor absent.
  SemanticConfusion confusion(classes_of({{.id = 0, .name = "a"}, {.id = 7, .name = "b"}}, -1));
  confusion.add({1, 3, {0, 7, 7}}, {1, 3, {0, 7, 3}});
  CHECK(confusion.size() == 2);
  CHECK(semantic_metrics(confusion, AbsentClasses::fcn).mean_iu == 0.75);
  CHECK(semantic_metrics(confusion, AbsentClasses::fcn).unclassified_pixels == 1);
}

TEST_CASE("semantic: what is refused, and how it is said") {
  const LabelMap truth{2, 2, {0, 1, 2, 255}}, strange{2, 2, {0, 9, 0, 0}};
  const Error size = error_of([&] { confusion_of(truth, {2, 3, std::vector<std::uint8_t>(6)}); });
  CHECK(size.code() == ErrorCode::bad_data);
  CHECK(std::string(size.what()) ==
        "expected a prediction of 2 x 2 pixels, the size of the ground truth, found 3 x 2");
  CHECK(std::string(error_of([&] {
                      confusion_of(truth, {2, 2, {0}});
                    }).what()) == "the prediction holds 1 pixels, but says that it is 2 x 2");

  const SemanticConfusion outside = confusion_of(truth, strange);
  CHECK_NOTHROW(require_allowed(AbsentClasses::fcn, outside, truth, strange));
  CHECK_NOTHROW(require_allowed(AbsentClasses::detectron2, outside, truth, strange));
  CHECK_NOTHROW(require_allowed(AbsentClasses::cityscapes, outside, truth, strange));
  const Error voc = error_of([&] { require_allowed(AbsentClasses::voc, outside, truth, strange); });
  CHECK(std::string(voc.what()) ==
        "the prediction has the value 9 at x 1, y 0, which is none of the 3 classes; the voc "
        "convention refuses that (--absent-classes names another)");
  // VOCevalseg.m looks at the whole prediction, ignored pixels too.
  const LabelMap ignored{2, 2, {0, 0, 0, 77}};
  CHECK(error_of([&] {
          require_allowed(AbsentClasses::voc, confusion_of(truth, ignored), truth, ignored);
        }).code() == ErrorCode::bad_data);

  const SemanticConfusion unknown = confusion_of(strange, {2, 2, {0, 0, 0, 0}});
  CHECK(semantic_metrics(unknown, AbsentClasses::fcn).unknown_truth_pixels == 1);
  CHECK(semantic_metrics(unknown, AbsentClasses::fcn).pixel_accuracy == 1);
  for (const auto policy :
       {AbsentClasses::detectron2, AbsentClasses::voc, AbsentClasses::cityscapes}) {
    const Error error = error_of([&] { require_allowed(policy, unknown, strange, truth); });
    CHECK(std::string(error.what()).starts_with("the ground truth has the value 9 at x 1, y 0"));
  }
  CHECK(error_of([] { (void)absent_classes("coco"); }).code() == ErrorCode::usage);
  SemanticConfusion two(numbered_classes(2, 255));
  CHECK(error_of([&] { two.merge(outside); }).code() == ErrorCode::bad_data);
  CHECK(error_of([] { SemanticConfusion(three(), {1, 2}); }).code() == ErrorCode::bad_data);
}

TEST_CASE("semantic: nothing at all") {
  const SemanticMetrics empty = semantic_metrics(SemanticConfusion(three()), AbsentClasses::fcn);
  CHECK(std::isnan(empty.pixel_accuracy));
  CHECK(std::isnan(empty.mean_iu));
  CHECK(std::isnan(empty.frequency_weighted_iu));
}

}  // namespace roiflow
