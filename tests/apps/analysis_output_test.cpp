// The analysis as text and JSON: stable keys, null for what does not exist, readable tables.
#include <doctest/doctest.h>

#include "apps/evaluation/analysis_json.hpp"
#include "apps/evaluation/analysis_text.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers made up, so that each can be found again.
Analysis made_up() {
  Analysis analysis;
  ClassAnalysis cat{.category_id = 1, .name = "cat", .ap = 0.25, .ap50 = 0.5, .ap75 = 0.125};
  cat.ground_truths = 40;
  cat.detections = 50;
  cat.true_positives = 30;
  cat.best = {0.75, 0.875, 0.625, 0.7};
  cat.ap_ties = {0.2, 0.3};
  cat.curves.push_back({0.5, {0, 1}, {1, 0}, {0.9, 0}});
  ClassAnalysis twin = cat;
  twin.category_id = 2;
  twin.ap = 0.1;
  analysis.classes = {cat, twin, {.category_id = 3, .name = "nothing"}};
  analysis.overall = {0.5, 0.9, 0.8, 0.85};
  analysis.ap_ties = {0.2, 0.3};
  analysis.confusion = {0.5, 0.5, {"cat", "cat", "nothing"}, std::vector<std::uint64_t>(16, 7)};
  analysis.errors.ap = 0.4;
  analysis.errors.main = {{"classification", 0.05, 11}};
  analysis.errors.special = {{"false positives", 0.1, 12}};
  analysis.conventions = {{"area", "as VOC 2010", 0.26, 0.51, -1}};
  analysis.images = {{77, 1, 2, 3}, {78, 1, 0, 0}};
  return analysis;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

}  // namespace

TEST_CASE("analysis output: the keys are stable and nothing that does not exist has a number") {
  Analysis analysis = made_up();
  const Json json = analysis_json(analysis);
  CHECK(keys(json) == std::vector<std::string>{"per_class", "overall", "confusion", "errors",
                                               "ties", "conventions", "images"});
  CHECK(keys(json["per_class"]) == std::vector<std::string>{"cat (1)", "cat (2)", "nothing"});
  const Json& cat = json["per_class"]["cat (1)"];
  CHECK(keys(cat) == std::vector<std::string>{"category_id", "AP", "AP50", "AP75", "ground_truths",
                                              "detections", "true_positives", "best", "AP_ties",
                                              "AP_confidence", "curves"});
  CHECK(cat["AP"] == 0.25);
  CHECK(cat["best"] ==
        Json({{"score", 0.75}, {"precision", 0.875}, {"recall", 0.625}, {"f1", 0.7}}));
  CHECK(cat["AP_ties"] == Json({0.2, 0.3}));
  CHECK(cat["AP_confidence"].is_null());
  CHECK(cat["curves"][0]["recall"] == Json({0.0, 1.0}));
  const Json& nothing = json["per_class"]["nothing"];
  CHECK(nothing["AP"].is_null());
  CHECK(nothing["best"].is_null());
  CHECK(json["confusion"]["counts"].size() == 4);
  CHECK(json["confusion"]["counts"][3].size() == 4);
  CHECK(json["errors"]["main"][0] ==
        Json({{"name", "classification"}, {"loss", 0.05}, {"count", 11}}));
  CHECK(json["conventions"][0]["AP75"].is_null());
  CHECK(json["images"][0] ==
        Json({{"image_id", 77}, {"true_positives", 1}, {"false_positives", 2}, {"misses", 3}}));
  CHECK(analysis_json(analysis, {.curves = false, .most_images = 1})["images"].size() == 1);
  CHECK(!analysis_json(analysis, {.curves = false})["per_class"]["nothing"].contains("curves"));

  analysis.bootstrap_samples = 1000;
  analysis.ap_confidence = {0.1, 0.2};
  analysis.ap50_confidence = {0.3, 0.4};
  CHECK(analysis_json(analysis)["bootstrap"] ==
        Json({{"samples", 1000}, {"confidence", 0.95}, {"AP", {0.1, 0.2}}, {"AP50", {0.3, 0.4}}}));
  analysis.confusion = {};
  analysis.errors = {};
  CHECK(!analysis_json(analysis).contains("confusion"));
  CHECK(!analysis_json(analysis).contains("errors"));
}

TEST_CASE("analysis output: the tables") {
  const Analysis analysis = made_up();
  // The worst class first, those without objects last.
  const std::string classes = class_table_text(analysis);
  CHECK(
      classes.find(
          "\n  cat                  10.0   50.0   12.5       40         50  0.750      87.5   62.5"
          "   70.0\n  cat                  25.0") != std::string::npos);
  CHECK(classes.find("\n  nothing                 -      -      -        0          0      -") !=
        std::string::npos);
  CHECK(class_table_text(analysis, 1).find("nothing") == std::string::npos);

  const std::string matrix = confusion_text(analysis.confusion);
  CHECK(matrix.find("Confusion at IoU 0.50, score 0.500 and above\n") == 0);
  CHECK(matrix.find("  background         7         7         7\n") != std::string::npos);
  ConfusionMatrix many{0.5, 0.5, std::vector<std::string>(13, "x"), {}};
  many.labels[4] = "dog";
  many.labels[9] = "fox";
  many.counts.assign(14 * 14, 0);
  many.counts[4 * 14 + 9] = 5;
  CHECK(confusion_text(many).find("         5  dog taken for fox\n") != std::string::npos);
  CHECK(confusion_text({}).empty());

  CHECK(errors_text(analysis.errors).find("  classification     5.00        11\n") !=
        std::string::npos);
  CHECK(intervals_text(analysis).find("20.000 .. 30.000") != std::string::npos);
  CHECK(conventions_text(analysis).find("  area                   26.000   51.000        -\n") !=
        std::string::npos);
  CHECK(images_text(analysis) ==
        "Images with most errors\n            77  1 right, 2 wrong, 3 missed\n");
}

TEST_CASE("analysis output: a comparison") {
  Comparison comparison;
  comparison.images = 90;
  comparison.only_b = 2;
  comparison.bootstrap_samples = 100;
  comparison.ap = {0.5, 0.25, Interval{-0.3, -0.125}};
  comparison.ap50 = {0.75, 0.75, std::nullopt};
  comparison.classes = {{1, "cat", {0.5, 0.25, std::nullopt}, {}}, {2, "nothing", {}, {}}};
  comparison.changed = {{77, {77, 5, 0, 0}, {77, 0, 1, 5}}};
  const Json json = comparison_json(comparison);
  CHECK(json["AP"]["difference"] == -0.25);
  CHECK(json["AP"]["confidence"] == Json({-0.3, -0.125}));
  CHECK(json["per_class"]["nothing"]["AP"]["difference"].is_null());
  CHECK(json["changed"][0]["b"]["misses"] == 5);
  const std::string text = comparison_text(comparison);
  CHECK(text.find("B against A on 90 images (0 only in A and 2 only in B left out)\n") == 0);
  CHECK(text.find("  AP                   50.0   25.0  -25.0  95 % -30.0 .. -12.5\n") !=
        std::string::npos);
  CHECK(text.find("nothing") == std::string::npos);
  CHECK(text.find("  A 5 right, 0 wrong, 0 missed; B 0 right, 1 wrong, 5 missed\n") !=
        std::string::npos);
}

}  // namespace roiflow
