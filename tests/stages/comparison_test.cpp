// Two evaluations side by side, and the statistics of the bootstrap.
#include "stages/analysis/comparison.hpp"

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>

#include "stages/analysis/bootstrap.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/detection_result.hpp"
#include "stages/evaluate/image_columns.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/random_detections.hpp"

namespace roiflow {
namespace {

const std::vector<Category> categories{
    {1, "cat", {}, {}}, {2, "dog", {}, {}}, {3, "owl", {}, {}}, {4, "never", {}, {}}};

struct Evaluated {
  EvaluationParams params = coco_params(categories);
  Accumulator sum{params};
  AnalysisCollector collector{params};

  void add(const test::LabelledImage& image, std::span<const Detection> detections) {
    const ImageRecord& record = image.record;
    const auto matches = match_image(params, IouType::bbox, image.annotations, detections,
                                     record.height, record.width);
    sum.append(record.id, matches);
    const ImageColumns columns = image_columns(params, IouType::bbox, image.annotations, detections,
                                               record.height, record.width);
    collector.append(record.id, analyse_image(params, IouType::bbox, columns.truth, columns.results,
                                              0, matches));
  }
};

Evaluated evaluate(const std::vector<test::LabelledImage>& set) {
  Evaluated evaluated;
  for (const auto& image : set) evaluated.add(image, image.detections);
  return evaluated;
}

}  // namespace

TEST_CASE("bootstrap: with all weights 1 AP is the accumulator's to the last bit") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    const auto set = test::random_detections(seed, 120);
    const Evaluated one = evaluate(set);
    const EvaluationArrays arrays = one.sum.accumulate();
    const Bootstrap bootstrap(one.params, list_matches(one.params, one.collector.images().records));
    const auto found = bootstrap.weighted(std::vector<std::uint32_t>(set.size(), 1));
    const Stats stats = summarise(one.params, arrays);
    CHECK(found.ap == stats[0].value);
    CHECK(found.ap50 == stats[1].value);
    CHECK(found.classes == category_average_precision(arrays));
    CHECK(found.classes[3] == -1);
  }
}

TEST_CASE("bootstrap: draws are even, and the same however they are computed") {
  constexpr std::size_t images = 10, samples = 20000;
  std::vector<double> count(images);
  double square = 0;
  for (std::uint64_t s = 0; s < samples; ++s) {
    const auto weights = drawn_images(5, s, images);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < images; ++i) {
      sum += weights[i];
      count[i] += weights[i];
      square += static_cast<double>(weights[i]) * weights[i];
    }
    REQUIRE(sum == images);
  }
  // Each weight is binomial(10, 1/10): mean 1, variance 0.9; six standard errors of the means.
  for (const double c : count) CHECK(std::abs(c / samples - 1) < 6 * std::sqrt(0.9 / samples));
  CHECK(std::abs(square / (samples * images) - 1.9) < 0.05);
  CHECK(drawn_images(5, 3, 1000) != drawn_images(5, 4, 1000));
  CHECK(drawn_images(5, 3, 1000) != drawn_images(6, 3, 1000));

  const Evaluated one = evaluate(test::random_detections(4, 60));
  const auto arrays = one.sum.accumulate();
  AnalysisOptions forwards{.bootstrap_samples = 50}, backwards{.bootstrap_samples = 50};
  backwards.for_each = [](std::size_t n, const auto& body) {
    while (n-- > 0) body(n);
  };
  const Analysis a = one.collector.finish(arrays, categories, forwards);
  const Analysis b = one.collector.finish(arrays, categories, backwards);
  CHECK(a.ap_confidence.low == b.ap_confidence.low);
  CHECK(a.ap_confidence.high == b.ap_confidence.high);
  CHECK(a.ap_confidence.low < a.ap_confidence.high);
  CHECK(a.classes[3].ap_confidence.low == -1);
}

TEST_CASE("bootstrap: percentiles are numpy's") {
  // numpy.percentile(range(11) squared, [2.5, 97.5]) = 0.25, 95.25
  std::vector<double> values;
  for (int i = 10; i >= 0; --i) values.push_back(i * i);
  const auto interval = percentile_interval(values);
  REQUIRE(interval);
  CHECK(interval->low == doctest::Approx(0.25));
  CHECK(interval->high == doctest::Approx(95.25));
  CHECK(percentile_interval({7.0})->high == 7);
  CHECK(!percentile_interval({}));
}

TEST_CASE("bootstrap: the interval of a mean has the width that theory gives") {
  // One object an image, found in half of 400 images, nothing else found: AP is 51 of 101 recalls
  // at a half; the share of found images has the standard error sqrt(.25 / 400) = 0.025.
  Evaluated one;
  auto set = test::random_detections(1, 400);
  for (std::size_t i = 0; i < set.size(); ++i) {
    Annotation object;
    object.id = static_cast<std::int64_t>(i) + 1;
    object.category_id = 1;
    object.bbox = {0, 0, 10, 10};
    object.area = 100;
    set[i].annotations.assign(1, object);
    std::vector<Detection> found;
    if (i % 2 == 0) found.push_back({{0, 0, 10, 10}, 0.5F, 1, std::nullopt});
    one.add(set[i], found);
  }
  AnalysisOptions options;
  options.bootstrap_samples = 1000;
  const Analysis analysis = one.collector.finish(one.sum.accumulate(), categories, options);
  const double width = analysis.ap_confidence.high - analysis.ap_confidence.low;
  CHECK(width == doctest::Approx(2 * 1.96 * 0.025).epsilon(0.15));
  CHECK((analysis.ap_confidence.low + analysis.ap_confidence.high) / 2 ==
        doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("comparison: an evaluation differs from itself by nothing") {
  const Evaluated one = evaluate(test::random_detections(8, 50));
  const Comparison same =
      compare(one.collector, one.collector, categories, {.bootstrap_samples = 30});
  CHECK(same.images == 50);
  CHECK(same.ap.a == same.ap.b);
  REQUIRE(same.ap.confidence);
  CHECK(same.ap.confidence->low == 0);
  CHECK(same.ap.confidence->high == 0);
  CHECK(same.changed.empty());
  CHECK(!same.classes[3].ap.confidence);
}

TEST_CASE("comparison: the image that lost its detections is found, and so is the worse class") {
  auto set = test::random_detections(9, 80);
  const Evaluated a = evaluate(set);
  std::size_t victim = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i].detections.size() > set[victim].detections.size()) victim = i;
  }
  // B: nothing found in one image, no owls at all, and two images are missing.
  set[victim].detections.clear();
  for (auto& image : set) {
    std::erase_if(image.detections, [](const Detection& d) { return d.category_id == 3; });
  }
  std::vector<test::LabelledImage> fewer;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (fewer.size() + 2 < set.size() || i == victim) fewer.push_back(set[i]);
  }
  const Evaluated b = evaluate(fewer);
  const Comparison found =
      compare(a.collector, b.collector, categories, {.bootstrap_samples = 200});
  CHECK(found.images == fewer.size());
  CHECK(found.only_a == set.size() - fewer.size());
  CHECK(found.only_b == 0);
  CHECK(found.classes[2].ap.b == 0);
  CHECK(found.classes[2].ap.a > 0);
  REQUIRE(found.ap.confidence);
  CHECK(found.ap.confidence->high < 0);
  CHECK(found.ap.confidence->low < found.ap.b - found.ap.a);
  CHECK(found.ap.confidence->high > found.ap.b - found.ap.a);
  const auto changed =
      std::find_if(found.changed.begin(), found.changed.end(),
                   [&](const auto& image) { return image.image_id == set[victim].record.id; });
  REQUIRE(changed != found.changed.end());
  CHECK(changed->b.true_positives == 0);
  CHECK(changed->b.misses == set[victim].annotations.size());
  CHECK(changed->a.true_positives > 0);
}

TEST_CASE("comparison: what cannot be compared is refused") {
  const Evaluated one = evaluate(test::random_detections(8, 5));
  EvaluationParams other = one.params;
  other.max_detections = {1, 10, 50};
  CHECK_THROWS_AS(
      static_cast<void>(compare(one.collector, AnalysisCollector(other), categories, {})), Error);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(compare(one.collector, AnalysisCollector(one.params), categories, {})),
      "comparison: the two evaluations have no image in common (5 and 0 images)", Error);
}

}  // namespace roiflow
