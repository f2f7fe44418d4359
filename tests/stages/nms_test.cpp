#include "stages/nms/nms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/nms/ranking.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;
using Indices = std::vector<std::uint32_t>;

namespace {

/// The definition, word by word.
Indices naive_nms(const std::vector<Box>& boxes, const std::vector<float>& scores,
                  double threshold) {
  Indices order(boxes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return scores[a] > scores[b]; });
  Indices kept;
  for (const std::uint32_t i : order) {
    const bool free = std::none_of(kept.begin(), kept.end(), [&](std::uint32_t k) {
      return static_cast<double>(intersection_over_union(boxes[k], boxes[i])) > threshold;
    });
    if (free) kept.push_back(i);
  }
  return kept;
}

}  // namespace

TEST_CASE("ranking: score descending, then index; zeros are equal, NaN is first") {
  const float scores[] = {0.5F, -0.0F, 0.9F, 0.5F, NAN, -2, 0, -INFINITY, INFINITY, -1, -NAN};
  std::vector<RankingKey> keys;
  for (std::uint32_t i = 0; i < std::size(scores); ++i) keys.push_back(ranking_key(scores[i], i));
  std::sort(keys.begin(), keys.end());
  Indices order;
  for (const RankingKey key : keys) order.push_back(ranked_index(key));
  CHECK(order == Indices{4, 10, 8, 2, 0, 3, 1, 6, 9, 5, 7});
}

TEST_CASE("nms: small cases by hand") {
  const Box a{0, 0, 10, 10}, b{0, 0, 10, 8}, far{50, 50, 60, 60};
  const std::vector<Box> boxes{a, b, far};
  const std::vector<float> scores{0.8F, 0.9F, 0.1F};
  CHECK(nms(boxes, scores, 0.5) == Indices{1, 2});
  CHECK(nms(boxes, scores, 0.81) == Indices{1, 0, 2});
  CHECK(nms({}, {}, 0.5).empty());
  const std::vector<int> labels{1, 2, 1};
  CHECK(nms_per_class(boxes, scores, labels, 0.5) == Indices{1, 0, 2});
  CHECK(nms_per_class({}, {}, {}, 0.5).empty());
}

TEST_CASE("nms: the threshold is compared in double, as torchvision does") {
  // The ratio is 0.6f = 0.60000002384, which is above 0.6 but not above 0.6f.
  const std::vector<Box> boxes{{0, 0, 10, 10}, {0, 0, 10, 6}};
  const std::vector<float> scores{1, 0.5F};
  CHECK(nms(boxes, scores, 0.6) == Indices{0});
  CHECK(nms(boxes, scores, static_cast<double>(0.6F)) == Indices{0, 1});
}

TEST_CASE("nms: empty and NaN boxes stay and suppress nothing") {
  const std::vector<Box> boxes{{5, 5, 5, 5}, {5, 5, 5, 5}, {NAN, 0, 9, 9}, {0, 0, 9, 9}};
  CHECK(nms(boxes, std::vector<float>{4, 3, 2, 1}, 0.5) == Indices{0, 1, 2, 3});
}

TEST_CASE("nms: equal boxes with equal scores leave the first") {
  const std::vector<Box> boxes(70, Box{1, 1, 9, 9});
  CHECK(nms(boxes, std::vector<float>(70, 0.25F), 0.5) == Indices{0});
}

TEST_CASE("nms: equals torchvision's on random boxes with many ties") {
  const std::vector<Box> boxes = golden_boxes(20, 400, 100, 100, 60);
  std::vector<float> scores = golden_noise(21, 400, 0, 1);
  for (float& score : scores) score = std::floor(score * 50) / 50;
  const std::vector<float> noise = golden_noise(22, 400, 0, 6);
  const std::vector<int> labels(noise.begin(), noise.end());
  for (const int tenths : {3, 5, 7}) {
    const double threshold = tenths / 10.0;
    CAPTURE(threshold);
    const Npy all = detection_golden("nms_" + std::to_string(tenths));
    CHECK(nms(boxes, scores, threshold) == Indices(all.values.begin(), all.values.end()));
    CHECK(nms(boxes, scores, threshold) == naive_nms(boxes, scores, threshold));
    const Npy per_class = detection_golden("nms_per_class_" + std::to_string(tenths));
    CHECK(nms_per_class(boxes, scores, labels, threshold) ==
          Indices(per_class.values.begin(), per_class.values.end()));
  }
}

TEST_CASE("nms: sizes that differ are refused") {
  const std::vector<Box> boxes(2);
  CHECK_THROWS_AS(nms(boxes, std::vector<float>(1), 0.5), Error);
  CHECK_THROWS_AS(nms_per_class(boxes, std::vector<float>(2), std::vector<int>(3), 0.5), Error);
}
