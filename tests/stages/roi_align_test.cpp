#include "stages/roi_align/roi_align.hpp"

#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/roi_align/pyramid_level.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;

namespace {

struct Pyramid {
  Pyramid() {
    const Shape<3> shapes[] = {{56, 72, 8}, {28, 36, 8}, {14, 18, 8}, {7, 9, 8}};
    float scale = 0.25F;
    for (std::size_t i = 0; i < 4; ++i, scale /= 2) {
      features.push_back(
          golden_noise(41 + i, static_cast<std::size_t>(element_count(shapes[i])), -1, 1));
      levels.push_back({{features.back().data(), shapes[i]}, scale});
    }
    rois = {{0, 0, 264, 200},     {30, 40, 30, 40},     {50.5F, 60.25F, 51.25F, 60.75F},
            {263, 199, 264, 200}, {-40, -30, -20, -10}, {-60, -60, 400, 400},
            {100, 90, 60, 50},    {260, 10, 900, 190}};
    for (const Box& box : golden_boxes(40, 8, 200, 264, 250)) rois.push_back(box);
  }
  std::vector<std::vector<float>> features;
  std::vector<FeatureLevel> levels;
  std::vector<Box> rois;
};

/// Equal to the last bit.
void compare(const std::string& name, const Tensor<float, 4>& found) {
  const Npy golden = detection_golden(name);
  REQUIRE(golden.values.size() == static_cast<std::size_t>(found.size()));
  for (std::size_t i = 0; i < golden.values.size(); ++i) {
    INFO(name, ": region ", i * golden.shape[0] / golden.values.size(), ", element ", i);
    REQUIRE(found.view().data[i] == static_cast<float>(golden.values[i]));
  }
}

}  // namespace

// features(y, x) = x, so every output bin must equal the x of its own centre.
TEST_CASE("roi_align: on a ramp each bin equals its centre") {
  constexpr std::int64_t size = 24;
  Tensor<float, 3> ramp({size, size, 2});
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      ramp.view()(y, x, 0) = static_cast<float>(x);
      ramp.view()(y, x, 1) = static_cast<float>(y);
    }
  }
  struct Case {
    const char* name;
    float scale;
    Box box;
    RoiAlignParams params;
  };
  const Case cases[] = {
      {"the header's example", 0.25F, {8, 8, 40, 40}, {.bins = 4, .samples = 2}},
      {"whole pixels", 1, {2, 2, 10, 10}, {.bins = 4, .samples = 2}},
      {"adaptive", 0.5F, {8, 8, 40, 24}, {.bins = 7, .samples = 0}},
      {"one bin", 1, {3, 3, 9, 5}, {.bins = 1, .samples = 3}},
      {"half-pixel shift", 0.5F, {8, 12, 40, 24}, {.bins = 5, .samples = 2, .aligned = true}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const FeatureLevel level{ramp.view(), c.scale};
    const Tensor<float, 4> out = RoiAlign(c.params)({&level, 1}, {&c.box, 1});
    const float shift = c.params.aligned ? 0.5F : 0.0F;
    for (int by = 0; by < c.params.bins; ++by) {
      for (int bx = 0; bx < c.params.bins; ++bx) {
        const auto centre = [&](float low, float high, int bin) {
          return c.scale * (low + (high - low) * (static_cast<float>(bin) + 0.5F) /
                                      static_cast<float>(c.params.bins)) -
                 shift;
        };
        CHECK(out.view()(0, by, bx, 0) == doctest::Approx(centre(c.box.x0, c.box.x1, bx)));
        CHECK(out.view()(0, by, bx, 1) == doctest::Approx(centre(c.box.y0, c.box.y1, by)));
      }
    }
  }
}

TEST_CASE("roi_align: constant features give the constant, also for one pixel and odd channels") {
  std::vector<float> seven(45, 7.0F);
  const FeatureLevel level{{seven.data(), {3, 3, 5}}, 1};
  const FeatureLevel pixel{{seven.data(), {1, 1, 5}}, 1};
  const Box whole{0, 0, 3, 3};
  for (const FeatureLevel& features : {level, pixel}) {
    const Box roi = features.features.shape[0] == 1 ? Box{0, 0, 1, 1} : whole;
    const Tensor<float, 4> out = RoiAlign({})({&features, 1}, {&roi, 1});
    for (const float value : out.view().span()) CHECK(value == doctest::Approx(7));
  }
}

TEST_CASE("roi_align: regions outside, NaN and none") {
  std::vector<float> ones(16, 1.0F);
  const FeatureLevel level{{ones.data(), {4, 4, 1}}, 1};
  const Box rois[] = {{50, 50, 60, 60}, {NAN, 0, 2, 2}, {0, 0, INFINITY, 2}};
  for (const int samples : {0, 2}) {
    const Tensor<float, 4> out = RoiAlign({.samples = samples})({&level, 1}, rois);
    for (const float value : out.view().span()) CHECK(value == 0);
  }
  CHECK(RoiAlign({})({&level, 1}, {}).size() == 0);
}

TEST_CASE("roi_align: a pyramid equals torchvision's to the last bit") {
  const Pyramid pyramid;
  compare("roi_align_pyramid", RoiAlign({})(pyramid.levels, pyramid.rois));
}

TEST_CASE("roi_align: the other conventions equal torchvision's to the last bit") {
  const Pyramid pyramid;
  const std::span<const FeatureLevel> one{&pyramid.levels[1], 1};
  compare("roi_align_adaptive", RoiAlign({.bins = 3, .samples = 0})(one, pyramid.rois));
  compare("roi_align_aligned", RoiAlign({.bins = 3, .aligned = true})(one, pyramid.rois));
  compare("roi_align_aligned_adaptive",
          RoiAlign({.bins = 3, .samples = 0, .aligned = true})(one, pyramid.rois));
}

TEST_CASE("roi_align: levels and scales equal torchvision's") {
  const Pyramid pyramid;
  const PyramidLevels levels = pyramid_levels(pyramid.levels, {});
  CHECK(levels.lowest == 2);
  CHECK(levels.highest == 5);
  const Npy golden = detection_golden("roi_align_levels");
  for (std::size_t i = 0; i < pyramid.rois.size(); ++i) {
    CAPTURE(i);
    if (area(pyramid.rois[i]) >= 0) CHECK(levels.index_of(pyramid.rois[i]) == golden.values[i]);
  }
  CHECK(levels.index_of({0, 0, 112, 112}) == 1);
  CHECK(levels.index_of({0, 0, 111.9F, 112}) == 0);
  CHECK(levels.index_of({0, 0, 224, 224}) == 2);
  CHECK(levels.index_of({0, 0, 2000, 2000}) == 3);
  CHECK(levels.index_of({5, 5, 5, 5}) == 0);
  CHECK(levels.index_of({NAN, 5, 5, 5}) == -1);
  const Npy scales = detection_golden("roi_align_scales");
  for (std::size_t i = 0; i < 4; ++i) {
    const auto rows = static_cast<int>(pyramid.levels[i].features.shape[0]);
    CHECK(static_cast<double>(infer_scale(rows, 200)) == scales.values[i]);
  }
}

TEST_CASE("roi_align: what does not fit is refused") {
  const Pyramid pyramid;
  Tensor<float, 4> out({16, 7, 7, 4});
  CHECK_THROWS_WITH_AS(RoiAlign({})(out.view(), pyramid.levels, pyramid.rois),
                       "roi_align: expected an output of 16 x 7 x 7 x 8, found 16 x 7 x 7 x 4",
                       Error);
  std::vector<FeatureLevel> gap{pyramid.levels[0], pyramid.levels[2]};
  CHECK_THROWS_AS(std::ignore = RoiAlign({})(gap, pyramid.rois), Error);
  gap[1].scale = 0.3F;
  CHECK_THROWS_AS(std::ignore = RoiAlign({})(gap, pyramid.rois), Error);
  CHECK_THROWS_AS(RoiAlign({.bins = 0}), Error);
  CHECK_THROWS_AS(RoiAlign({.samples = -1}), Error);
}
