// Truth: the definitions, written out: every class enlarged to full size by a transposed
// convolution or by interpolation in double precision, then the first of the largest.
#include "stages/label_map/label_map.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"

using namespace roiflow;

namespace {

std::vector<std::uint8_t> numbered(std::int64_t classes) {
  std::vector<std::uint8_t> values;
  for (std::int64_t c = 0; c < classes; ++c) values.push_back(static_cast<std::uint8_t>(c));
  return values;
}

/// Smooth blobs, so that there are regions of one class and borders between them.
Tensor<float, 3> random_scores(const Shape<3>& shape, unsigned seed, bool smooth) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value(0, 3);
  Tensor<float, 3> scores(shape);
  for (float& s : scores.view().span()) s = value(random);
  if (!smooth) return scores;
  for (std::int64_t y = 0; y < shape[0]; ++y) {
    for (std::int64_t x = 0; x < shape[1]; ++x) {
      const auto strong = (y / 3 * 5 + x / 4) % shape[2];
      scores.view()(y, x, strong) += 20;
    }
  }
  return scores;
}

/// A number for each class at a pixel of the output.
using Definition = std::function<double(int y, int x, std::int64_t c)>;

/// Pixels that differ although the definition's two best are not within `tolerance` of each other.
int wrong_pixels(const LabelMap& map, std::int64_t classes, const Definition& score) {
  constexpr double tolerance = 1e-5;  // float32 against double
  int wrong = 0;
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      const auto found =
          map.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) +
                     static_cast<std::size_t>(x)];
      double best = -std::numeric_limits<double>::infinity();
      for (std::int64_t c = 0; c < classes; ++c) best = std::max(best, score(y, x, c));
      if (found >= classes || score(y, x, found) < best - tolerance * std::abs(best)) ++wrong;
    }
  }
  return wrong;
}

/// Transposed convolution of kernel 2 * stride, pixel `offset` first, as sums over all scores.
double deconvolved(TensorView<const float, 3> s, int stride, int offset, int y, int x,
                   std::int64_t c) {
  const auto weight = [&](std::int64_t i) {
    return 1 - std::abs(static_cast<double>(i) - (stride - 0.5)) / stride;
  };
  double sum = 0;
  for (std::int64_t sy = 0; sy < s.shape[0]; ++sy) {
    for (std::int64_t sx = 0; sx < s.shape[1]; ++sx) {
      const std::int64_t ky = y + offset - sy * stride, kx = x + offset - sx * stride;
      if (ky < 0 || ky >= 2 * stride || kx < 0 || kx >= 2 * stride) continue;
      sum += weight(ky) * weight(kx) * s(sy, sx, c);
    }
  }
  return sum;
}

/// torch's align_corners=False, in double.
double interpolated(TensorView<const float, 3> s, int height, int width, int y, int x,
                    std::int64_t c) {
  const auto place = [](std::int64_t in, int out, int i) {
    return std::max(0.0, (i + 0.5) * static_cast<double>(in) / out - 0.5);
  };
  const double py = place(s.shape[0], height, y), px = place(s.shape[1], width, x);
  const auto y0 = std::min(static_cast<std::int64_t>(py), s.shape[0] - 1);
  const auto x0 = std::min(static_cast<std::int64_t>(px), s.shape[1] - 1);
  const auto y1 = std::min(y0 + 1, s.shape[0] - 1), x1 = std::min(x0 + 1, s.shape[1] - 1);
  const double fy = py - static_cast<double>(y0), fx = px - static_cast<double>(x0);
  return (1 - fy) * ((1 - fx) * s(y0, x0, c) + fx * s(y0, x1, c)) +
         fy * ((1 - fx) * s(y1, x0, c) + fx * s(y1, x1, c));
}

}  // namespace

TEST_CASE("label map: FCN's deconvolution, crop and argmax") {
  struct Case {
    const char* name;
    Shape<3> scores;
    Deconvolution up;
    int height, width;
  };
  const Case cases[] = {
      {"FCN-8s", {17, 19, 21}, {8, 31}, 73, 90},
      {"FCN-32s", {5, 6, 21}, {32, 19}, 100, 77},
      {"FCN-16s, to the last pixel", {6, 5, 4}, {16, 27}, 7 * 16 - 27, 6 * 16 - 27},
      {"from the very first pixel", {3, 3, 2}, {4, 0}, 16, 16},
      {"one score", {1, 1, 3}, {32, 19}, 20, 1},
      {"odd stride", {4, 4, 3}, {3, 2}, 10, 11},
  };
  unsigned seed = 1;
  for (const Case& c : cases) {
    for (const bool smooth : {false, true}) {
      CAPTURE(c.name);
      CAPTURE(smooth);
      const auto scores = random_scores(c.scores, ++seed, smooth);
      const auto s = std::as_const(scores).view();
      const LabelMap map = make_label_map(
          s, deconvolution_taps(static_cast<int>(c.scores[0]), c.up, c.height, c.height),
          deconvolution_taps(static_cast<int>(c.scores[1]), c.up, c.width, c.width),
          numbered(c.scores[2]));
      REQUIRE(map.height == c.height);
      REQUIRE(map.width == c.width);
      CHECK(wrong_pixels(map, c.scores[2], [&](int y, int x, std::int64_t k) {
              return deconvolved(s, c.up.stride, c.up.offset, y, x, k);
            }) == 0);
    }
  }
}

TEST_CASE("label map: torch's interpolation and argmax, up and down") {
  struct Case {
    Shape<3> scores;
    int height, width;
  };
  const Case cases[] = {{{9, 13, 21}, 70, 101}, {{5, 4, 3}, 5, 4},   {{12, 30, 5}, 7, 11},
                        {{1, 1, 4}, 9, 3},      {{2, 1, 256}, 8, 8}, {{3, 40, 2}, 90, 41}};
  unsigned seed = 50;
  for (const Case& c : cases) {
    for (const bool smooth : {false, true}) {
      CAPTURE(c.height);
      CAPTURE(smooth);
      const auto scores = random_scores(c.scores, ++seed, smooth);
      const auto s = std::as_const(scores).view();
      const LabelMap map = make_label_map(
          s, interpolation_taps(static_cast<int>(c.scores[0]), c.height),
          interpolation_taps(static_cast<int>(c.scores[1]), c.width), numbered(c.scores[2]));
      CHECK(wrong_pixels(map, c.scores[2], [&](int y, int x, std::int64_t k) {
              return interpolated(s, c.height, c.width, y, x, k);
            }) == 0);
    }
  }
}

TEST_CASE("label map: of equal scores the lowest class, and NaN never wins") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::uint8_t> values{10, 11, 12, 13};
  const auto label = [&](const std::vector<float>& scores) {
    const TensorView<const float, 3> view{scores.data(), {1, 1, 4}};
    return make_label_map(view, interpolation_taps(1, 1), interpolation_taps(1, 1), values).labels;
  };
  CHECK(label({2, 5, 5, 5}) == std::vector<std::uint8_t>{11});
  CHECK(label({0, 0, 0, 0}) == std::vector<std::uint8_t>{10});
  CHECK(label({nan, 1, nan, 1}) == std::vector<std::uint8_t>{11});
  CHECK(label({nan, nan, nan, nan}) == std::vector<std::uint8_t>{10});
}

TEST_CASE("label map: a resized image's map is made at the original size") {
  // The scores rise along x; class 1 wins where it is above 4, that is right of score 4, which is
  // centred on pixel 8 * 4 + 3.5 of the input, twice as large as the original.
  Tensor<float, 3> scores({3, 12, 2});
  for (std::int64_t y = 0; y < 3; ++y) {
    for (std::int64_t x = 0; x < 12; ++x) {
      scores.view()(y, x, 0) = 4;
      scores.view()(y, x, 1) = static_cast<float>(x);
    }
  }
  const Deconvolution up{8, 8};
  const LabelMap map =
      make_label_map(std::as_const(scores).view(), deconvolution_taps(3, up, 16, 8),
                     deconvolution_taps(12, up, 80, 40), numbered(2));
  // Input pixel 8 * 4 + 7.5 - 8 = 31.5 is the original's (31.5 + 0.5) / 2 - 0.5 = 15.5.
  for (int x = 0; x < 40; ++x) CHECK(map.labels[static_cast<std::size_t>(x)] == (x > 15 ? 1 : 0));
}

TEST_CASE("label map: taps that point outside are refused") {
  const std::vector<float> scores(8);
  const TensorView<const float, 3> view{scores.data(), {2, 2, 2}};
  CHECK_THROWS_AS(
      (void)make_label_map(view, interpolation_taps(3, 6), interpolation_taps(2, 6), numbered(2)),
      Error);
  CHECK_THROWS_AS(
      (void)make_label_map(view, interpolation_taps(2, 6), interpolation_taps(2, 6), numbered(3)),
      Error);
}
