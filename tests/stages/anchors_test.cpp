#include "stages/anchors/anchors.hpp"

#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/anchors/box_coder.hpp"
#include "stages/core/error.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;

TEST_CASE("anchors: the example of the header") {
  const Anchors anchors({{{32}}, {0.5F, 1, 2}});
  REQUIRE(anchors.cell(0).size() == 3);
  CHECK(anchors.cell(0)[0] == Box{-23, -11, 23, 11});
  CHECK(anchors.cell(0)[1] == Box{-16, -16, 16, 16});
  CHECK(anchors.cell(0)[2] == Box{-11, -23, 11, 23});
}

TEST_CASE("anchors: half a pixel is rounded to even") {
  const Anchors anchors({{{1, 3, 5}}, {1}});
  CHECK(anchors.cell(0)[0] == Box{0, 0, 0, 0});    // 0.5
  CHECK(anchors.cell(0)[1] == Box{-2, -2, 2, 2});  // 1.5
  CHECK(anchors.cell(0)[2] == Box{-2, -2, 2, 2});  // 2.5
}

TEST_CASE("anchors: cells equal torchvision's") {
  const Npy golden = detection_golden("anchor_cells");
  const Anchors anchors{AnchorParams{}};
  const std::vector<float> numbers = golden.floats();
  const std::vector<Box> expected = to_boxes(numbers);
  REQUIRE(expected.size() == 15);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(anchors.cell(i / 3)[i % 3] == expected[i]);
  }
}

TEST_CASE("anchors: position and number equal torchvision's, odd strides included") {
  const Anchors anchors{AnchorParams{}};
  constexpr std::int64_t grids[][2] = {{200, 272}, {100, 136}, {50, 68}, {25, 34}, {13, 17}};
  const Npy golden = detection_golden("anchor_samples");
  for (std::size_t row = 0; row < golden.shape[0]; ++row) {
    const double* v = &golden.values[6 * row];
    const auto level = static_cast<std::size_t>(v[0]);
    const AnchorGrid grid = anchors.grid(level, grids[level][0], grids[level][1], 800, 1088);
    const Box expected{static_cast<float>(v[2]), static_cast<float>(v[3]), static_cast<float>(v[4]),
                       static_cast<float>(v[5])};
    CAPTURE(level);
    CAPTURE(v[1]);
    CHECK(grid[static_cast<std::int64_t>(v[1])] == expected);
  }
}

// DefaultAnchorGenerator(sizes=[[32, 64]], aspect_ratios=[0.5, 1.0, 2.0], strides=[16], offset=0):
// half sides sqrt(size^2 / ratio) / 2 and ratio times that, size by size.
TEST_CASE("anchors: detectron2's cells are not rounded, and its strides are powers of two") {
  const Anchors anchors({{{32, 64}}, {0.5F, 1, 2}, AnchorConvention::detectron2});
  const double root = std::sqrt(2.0);
  const double half_sides[][2] = {{16 * root, 8 * root},  {16, 16}, {8 * root, 16 * root},
                                  {32 * root, 16 * root}, {32, 32}, {16 * root, 32 * root}};
  REQUIRE(anchors.cell(0).size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto x = static_cast<float>(half_sides[i][0]), y = static_cast<float>(half_sides[i][1]);
    CHECK(distance(anchors.cell(0)[i], {-x, -y, x, y}) < 1e-5F);
  }
  const AnchorGrid grid = anchors.grid(0, 14, 20, 213, 320);  // 213 / 14 is 15 and a bit
  CHECK(grid.stride_y == 16);
  CHECK(grid.stride_x == 16);
  CHECK(distance(grid[6 * 21 + 1], {0, 0, 32, 32}) < 1e-5F);  // second row, second column
}

TEST_CASE("anchors: what makes no sense is refused") {
  CHECK_THROWS_AS(Anchors({{}, {1}}), Error);
  CHECK_THROWS_AS(Anchors({{{32}, {}}, {1}}), Error);
  CHECK_THROWS_AS(Anchors({{{-1}}, {1}}), Error);
  CHECK_THROWS_AS(Anchors({{{32}}, {0}}), Error);
  CHECK_THROWS_WITH(std::ignore = Anchors({{{32}}, {1}}).grid(1, 1, 1, 8, 8),
                    "anchors: level 1 asked for, sizes are given for 1 levels");
}

TEST_CASE("box coder: the example of the header, and no change for deltas of 0") {
  const float deltas[] = {0.1F, 0, 0, std::log(2.0F)};
  const Box decoded = BoxCoder{}.decode(deltas, {0, 0, 10, 20});
  CHECK(distance(decoded, {1, -10, 11, 30}) < 1e-5F);
  const float none[] = {0, 0, 0, 0};
  CHECK(BoxCoder{}.decode(none, {2, 4, 8, 16}) == Box{2, 4, 8, 16});
}

TEST_CASE("box coder: growth is limited to 62.5 times, NaN stays NaN") {
  const float huge[] = {0, 0, 1000, 1000};
  CHECK(distance(BoxCoder{}.decode(huge, {-1, -1, 1, 1}), {-62.5F, -62.5F, 62.5F, 62.5F}) < 1e-4F);
  const float nan[] = {0, 0, NAN, 0};
  CHECK(std::isnan(BoxCoder{}.decode(nan, {0, 0, 1, 1}).x0));
}

TEST_CASE("box coder: equals torchvision's for both sets of weights") {
  const std::vector<Box> references = golden_boxes(10, 60, 600, 800, 300);
  std::vector<float> deltas = golden_noise(11, 240, -3, 3);
  const float special[4][2] = {{9, -30}, {4.2F, 4.1F}, {50, 50}, {0, 0}};
  for (std::size_t i = 0; i < 4; ++i) {
    deltas[4 * i + 2] = special[i][0];
    deltas[4 * i + 3] = special[i][1];
  }
  const auto compare = [&](const char* name, const BoxCoder& coder) {
    const std::vector<float> numbers = detection_golden(name).floats();
    const std::vector<Box> expected = to_boxes(numbers);
    REQUIRE(expected.size() == references.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      // exp may differ by an ulp, on boxes up to 20,000 pixels wide: 1e-6 of the size.
      const float size = std::fmax(width(expected[i]), height(expected[i]));
      CHECK(distance(coder.decode(&deltas[4 * i], references[i]), expected[i]) <=
            1e-4F + 1e-6F * size);
    }
  };
  compare("decoded_rpn", BoxCoder{});
  compare("decoded_box", BoxCoder{{10, 10, 5, 5}});
}
