#include "stages/roi_pool/roi_pool.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;

namespace {

Tensor<float, 4> pooled(TensorView<const float, 3> features, float scale, std::int64_t bins,
                        std::span<const Box> rois) {
  Tensor<float, 4> out({std::ssize(rois), bins, bins, features.shape[2]});
  roi_pool(out.view(), features, scale, rois);
  return out;
}

/// features(y, x) = {x, y}
Tensor<float, 3> ramp(std::int64_t size) {
  Tensor<float, 3> map({size, size, 2});
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      map.view()(y, x, 0) = static_cast<float>(x);
      map.view()(y, x, 1) = static_cast<float>(y);
    }
  }
  return map;
}

}  // namespace

// On a ramp the largest value of a bin is the position of its last row or column.
TEST_CASE("roi_pool: on a ramp each bin is its last position") {
  const Tensor<float, 3> map = ramp(12);
  struct Case {
    const char* name;
    float scale;
    Box roi;
    std::vector<float> x, y;
  };
  const Case cases[] = {
      {"the header's example", 1, {0, 0, 3, 3}, {1, 3}, {1, 3}},
      {"both ends belong to it", 1, {2, 2, 5, 7}, {3, 5}, {4, 7}},
      {"bins that share a pixel", 1, {0, 0, 4, 4}, {2, 4}, {2, 4}},
      {"half is rounded away from zero", 0.5F, {1, 1, 5, 5}, {2, 3}, {2, 3}},
      {"a single pixel fills every bin", 1, {6, 6, 6, 6}, {6, 6}, {6, 6}},
      {"corners in the wrong order: one pixel", 1, {6, 6, 2, 2}, {6, 6}, {6, 6}},
      {"cut off at the edge", 1, {8, 8, 30, 30}, {11, 0}, {11, 0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Tensor<float, 4> out = pooled(map.view(), c.scale, 2, std::span(&c.roi, 1));
    for (std::int64_t row = 0; row < 2; ++row) {
      for (std::int64_t column = 0; column < 2; ++column) {
        const float x = c.x[static_cast<std::size_t>(column)];
        const float y = c.y[static_cast<std::size_t>(row)];
        const bool outside = c.roi.x1 > 20 && (row == 1 || column == 1);
        CHECK(out.view()(0, row, column, 0) == (outside ? 0.0F : x));
        CHECK(out.view()(0, row, column, 1) == (outside ? 0.0F : y));
      }
    }
  }
}

TEST_CASE("roi_pool: regions outside, not finite, and NaN among the features") {
  Tensor<float, 3> map = ramp(4);
  const Box rois[] = {{50, 50, 60, 60},
                      {-60, -60, -50, -50},
                      {NAN, 0, 2, 2},
                      {0, 0, INFINITY, 2},
                      {0, 0, 1e30F, -1e30F}};
  const Tensor<float, 4> nothing = pooled(map.view(), 1, 3, std::span(rois).first(4));
  for (const float value : nothing.view().span()) CHECK(value == 0);
  CHECK(pooled(map.view(), 1, 3, std::span(rois).last(1)).size() == 18);  // ends
  map.view()(1, 1, 0) = NAN;
  const Box two{0, 0, 1, 1};
  CHECK(pooled(map.view(), 1, 1, std::span(&two, 1)).view()(0, 0, 0, 0) == 1);
  const Box hole{1, 1, 1, 1};
  CHECK(pooled(map.view(), 1, 1, std::span(&hole, 1)).view()(0, 0, 0, 0) ==
        std::numeric_limits<float>::lowest());
}

TEST_CASE("roi_pool: equals torchvision's to the last bit") {
  const std::vector<float> features = golden_noise(42, 28 * 36 * 8, -1, 1);
  std::vector<Box> rois{{0, 0, 264, 200},     {30, 40, 30, 40},     {50.5F, 60.25F, 51.25F, 60.75F},
                        {263, 199, 264, 200}, {-40, -30, -20, -10}, {-60, -60, 400, 400},
                        {100, 90, 60, 50},    {260, 10, 900, 190}};
  for (const Box& box : golden_boxes(40, 8, 200, 264, 250)) rois.push_back(box);
  for (const std::int64_t bins : {3, 7}) {
    const Npy golden = detection_golden("roi_pool_" + std::to_string(bins));
    const Tensor<float, 4> out = pooled({features.data(), {28, 36, 8}}, 0.125F, bins, rois);
    REQUIRE(golden.values.size() == static_cast<std::size_t>(out.size()));
    for (std::size_t i = 0; i < golden.values.size(); ++i) {
      INFO(bins, " bins: region ", i * golden.shape[0] / golden.values.size(), ", element ", i);
      REQUIRE(out.view().data[i] == static_cast<float>(golden.values[i]));
    }
  }
}

TEST_CASE("roi_pool: an output that does not fit is refused") {
  const Tensor<float, 3> map = ramp(4);
  const Box roi{0, 0, 2, 2};
  Tensor<float, 4> out({1, 2, 2, 3});
  CHECK_THROWS_WITH_AS(roi_pool(out.view(), map.view(), 1, std::span(&roi, 1)),
                       "roi_pool: expected an output of 1 x n x n x 2, found 1 x 2 x 2 x 3", Error);
}
