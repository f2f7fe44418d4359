/// The values that reports are made of, their JSON, and what the page may never do; how a browser
/// shows it is report_page_test.cpp.
#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "apps/report/page/html.hpp"
#include "apps/report/write_report.hpp"
#include "tests/support/sample_report.hpp"

namespace roiflow::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Two categories, one image: all objects of the first found, none of the second.
Accumulator small_evaluation(const std::vector<Category>& categories) {
  Accumulator sum(coco_params(categories));
  const std::vector<Annotation> truth = {
      {.id = 1, .category_id = 3, .bbox = {10, 10, 50, 50}, .area = 2500},
      {.id = 2, .category_id = 7, .bbox = {100, 10, 50, 50}, .area = 2500}};
  const std::vector<DetectionResult> found = {
      {.category_id = 3, .score = 0.9, .bbox = {10, 10, 50, 50}, .mask = {}, .area = 2500}};
  sum.append(1, match_image(sum.params(), IouType::bbox, truth, found, 200, 200));
  return sum;
}

}  // namespace

TEST_CASE("type_report: names, meanings and classes of a small evaluation") {
  const std::vector<Category> categories = {{3, "cat", "", ""}, {7, "dog", "", ""}};
  const TypeReport report = type_report(small_evaluation(categories), IouType::bbox, categories);
  CHECK(report.type == "bbox");
  REQUIRE(report.stats.size() == 12);
  CHECK(report.stats[0].name == "AP");
  CHECK(report.stats[1].meaning == "Average Precision (AP) @[ IoU=0.50 | area=all | maxDets=100 ]");
  CHECK(report.stats[11].name == "ARl");
  REQUIRE(report.analysis.classes.size() == 2);
  const ClassAnalysis &cat = report.analysis.classes[0], &dog = report.analysis.classes[1];
  CHECK(cat.name == "cat");
  // A perfect class: precision 1 / (1 + 2^-52) = 1 - 2^-52 at every recall.
  const double perfect = 1 - std::numeric_limits<double>::epsilon();
  CHECK(cat.ap == doctest::Approx(perfect).epsilon(1e-15));
  CHECK(cat.ap50 == doctest::Approx(perfect).epsilon(1e-15));
  CHECK(dog.name == "dog");
  CHECK(dog.ap == 0);
  REQUIRE(cat.curves.size() == 3);
  CHECK(cat.curves[0].iou_threshold == 0.5);
  CHECK(cat.curves[0].precision.size() == 101);
}

TEST_CASE("type_report: class-agnostic evaluations have one class") {
  const std::vector<Category> categories = {{3, "cat", "", ""}, {7, "dog", "", ""}};
  EvaluationParams params = coco_params(categories);
  params.use_categories = false;
  const TypeReport report = type_report(Accumulator(params), IouType::segm, categories);
  REQUIRE(report.analysis.classes.size() == 1);
  CHECK(report.analysis.classes[0].name == "all categories");
  CHECK(report.analysis.classes[0].curves.empty());
}

TEST_CASE("distributions: buckets and their edges") {
  struct Case {
    const char* name;
    double area;
    std::size_t bucket;
  };
  const Case cases[] = {{"nothing", 0, 0},
                        {"negative", -5, 0},
                        {"not a number", std::nan(""), 0},
                        {"just below 1024", std::nextafter(1024, 0), 9},
                        {"1024 = 2^10", 1024, 10},
                        {"infinite", std::numeric_limits<double>::infinity(), area_buckets - 1}};
  const std::vector<Category> categories = {{7, "dog", "", ""}, {3, "cat", "", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Distributions counts = make_distributions(categories);
    count_truth(counts, 3, c.area, false);
    CHECK(counts.truth_areas[c.bucket] == 1);
  }
  Distributions counts = make_distributions(categories);
  count_truth(counts, 3, 50, true);
  count_detection(counts, 7, 50, 1.0);
  count_detection(counts, 99, 50, -3);  // a category that the table does not have
  count_detection(counts, 7, 50, std::nan(""));
  CHECK(counts.classes[0].name == "cat");
  CHECK(counts.classes[0].crowds == 1);
  CHECK(counts.truth_areas[5] == 0);  // crowds count by class only
  CHECK(counts.detection_scores[score_buckets - 1] == 1);
  CHECK(counts.detection_scores[0] == 2);
  Distributions twice = counts;
  merge(twice, counts);
  CHECK(twice.detection_areas[5] == 6);
  CHECK(twice.classes[1].detections == 4);
}

TEST_CASE("report.json: the contract's keys, numbers that read back to the same bits") {
  Report report = sample_report(12, 1);
  report.types[0].stats[0].value = 0.1 + 0.2;
  report.types[0].stats[1].value = 5e-324;
  report.types[0].stats[2].value = 0.9999999999999998;
  const auto json = nlohmann::json::parse(report_json(report));
  const auto& metrics = json["metrics"];
  for (const TypeReport& type : report.types) {
    for (std::size_t i = 0; i < type.stats.size(); ++i) {
      CAPTURE(type.stats[i].name);
      CHECK(same_bits(metrics[type.type][type.stats[i].name], type.stats[i].value));
      CHECK(same_bits(metrics[type.type]["stats"][i], type.stats[i].value));
    }
    CHECK(same_bits(metrics[type.type]["per_class"]["person"]["AP"], type.analysis.classes[0].ap));
  }
  CHECK(metrics["voc"]["mAP"] == 0.5123);
  CHECK(metrics["voc"]["AP"]["bicycle"] == 0.5);
  CHECK(metrics["voc"]["AP"]["boat"].is_null());
  for (const char* key : {"pixel_accuracy", "mean_accuracy", "mean_iu", "frequency_weighted_iu"}) {
    CHECK(metrics["semantic"][key].is_number());
  }
  CHECK(metrics["semantic"]["per_class"]["road"]["iu"] == 0.6);
  CHECK(metrics["semantic"]["per_class"]["kerb"]["iu"].is_null());
  CHECK(metrics["semantic"]["conventions"]["detectron2"]["mean_iu"] == 0.7);
  CHECK(json["images"]["total"] == 5000);
  CHECK(json["images"]["ok"] == 4998);
  CHECK(json["images"]["failed"] == 2);
  CHECK(json["images"]["failures"].size() == 2);
  CHECK(json["stages"][2]["name"] == "backbone");
  CHECK(json["throughput"]["bottleneck"] == "backbone");
  CHECK(json["command"] == report.made.command);
  CHECK(json_text(metrics_json(report)) ==
        json_text(nlohmann::ordered_json::parse(report_json(report))["metrics"]));
}

TEST_CASE("report.json: classes of the same name keep apart") {
  Report report = sample_report(3, 1);
  report.types[0].analysis.classes[1].name = "person";
  const auto json = metrics_json(report);
  CHECK(json["bbox"]["per_class"].size() == 3);
  CHECK(json["bbox"]["per_class"].contains("person (1)"));
  CHECK(json["bbox"]["per_class"].contains("person (2)"));
}

TEST_CASE("escape: markup, quotes, and bytes that are not UTF-8") {
  struct Case {
    const char* name;
    std::string in, out;
  };
  const std::string bad = "\xEF\xBF\xBD";
  const Case cases[] = {
      {"markup", "<a href=\"x\">'&'</a>", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"},
      {"two, three and four bytes", "\u00e9\u20ac\U0001F600", "\u00e9\u20ac\U0001F600"},
      {"a lone continuation", "a\x80z", "a" + bad + "z"},
      {"overlong slash", "\xC0\xAF", bad + bad},
      {"surrogate", "\xED\xA0\x80", bad + bad + bad},
      {"beyond U+10FFFF", "\xF4\x90\x80\x80", bad + bad + bad + bad},
      {"cut off", "\xE2\x82", bad + bad},
      {"control characters", std::string("a\0b\x1B\n", 5), "a" + bad + "b" + bad + "\n"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(page::escape(c.in) == c.out);
  }
}

TEST_CASE("base64: the examples of RFC 4648") {
  const auto encoded = [](const std::string& text) {
    return page::base64({text.begin(), text.end()});
  };
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("report.html: text from files stays text") {
  const std::string html = report_html(sample_report(12, 1));
  CHECK_FALSE(contains(html, "<script>document.title"));
  CHECK_FALSE(contains(html, "<img src=x"));
  CHECK(contains(html, "&lt;script&gt;document.title=&#39;broken&#39;&lt;/script&gt;"));
  CHECK(contains(html, "roiflow run &#39;val2017.h5&#39; --model &quot;m.h5&quot;"));
}

TEST_CASE("report.html: what was not computed is not shown") {
  Report report;
  report.images = {3, 3, 0};
  const std::string html = report_html(report);
  for (const char* id : {"summary", "metrics", "failed", "provenance"}) {
    CHECK(contains(html, std::string("<section id=\"") + id + "\">"));
  }
  for (const char* id : {"curves", "classes", "confusion", "errors", "voc", "semantic", "images",
                         "distributions", "conventions", "uncertainty", "timing"}) {
    CHECK_FALSE(contains(html, std::string("<section id=\"") + id + "\">"));
  }
}

TEST_CASE("report_text: one table by class while it is short") {
  Report report = sample_report(12, 1);
  CHECK(contains(report_text(report), "bbox by class"));
  CHECK(contains(report_text(report), "traffic light"));
  report = sample_report(80, 1);
  CHECK_FALSE(contains(report_text(report), "by class"));
}

}  // namespace roiflow::test
