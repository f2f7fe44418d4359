#include "stages/paste_masks/paste_masks.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/paste_masks/resample_axis.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;

namespace {

using Runs = std::vector<std::uint32_t>;

Rle paste(float value, int cells, const Box& box, int height, int width) {
  const std::vector<float> mask(static_cast<std::size_t>(cells * cells), value);
  return paste_mask({mask.data(), {cells, cells}}, box, height, width);
}

/// Column-major pixels; also checks that the runs are a valid, shortest Rle.
std::vector<bool> pixels(const Rle& rle) {
  std::vector<bool> flat;
  for (std::size_t i = 0; i < rle.runs.size(); ++i) {
    CHECK((rle.runs[i] > 0 || i == 0));
    flat.insert(flat.end(), rle.runs[i], i % 2 == 1);
  }
  CHECK(flat.size() == static_cast<std::size_t>(rle.height) * static_cast<std::size_t>(rle.width));
  return flat;
}

}  // namespace

TEST_CASE("paste_masks: the example of the header") {
  const Rle rle = paste(1, 1, {2, 2, 4, 4}, 6, 6);
  CHECK(rle.height == 6);
  CHECK(rle.width == 6);
  CHECK(rle.runs == Runs{15, 1, 4, 3, 4, 1, 8});
}

// The centres of pixels 2 and 3 lie a quarter of a cell from the only cell's centre: 0.75 * 0.75 is
// above the threshold, and 0.75 * 0.25 beside them is not.
TEST_CASE("paste_masks: detectron2's convention takes the probability at the pixel's centre") {
  const float one = 1;
  const auto convention = PasteConvention::detectron2;
  const auto paste_one = [&](const Box& box, float threshold) {
    return paste_mask({&one, {1, 1}}, box, 6, 6, threshold, convention).runs;
  };
  CHECK(paste_one({2, 2, 4, 4}, 0.5F) == Runs{14, 2, 4, 2, 14});
  CHECK(paste_one({2, 2, 4, 4}, 0.5625F) == Runs{14, 2, 4, 2, 14});  // at least
  CHECK(paste_one({2, 2, 4, 4}, 0.57F) == Runs{36});
  CHECK(paste_one({-2, -2, 0, 0}, 0.5F) == Runs{36});
  CHECK(paste_one({2, 2, 2, 4}, 0.5F) == Runs{36});
  CHECK(paste_one({NAN, 2, 4, 4}, 0.5F) == Runs{36});
  CHECK(paste_one({-100, -100, 100, 100}, 0.5F) == Runs{0, 36});
  CHECK(paste_convention("detectron2") == convention);
  CHECK_THROWS_AS(static_cast<void>(paste_convention("detectron")), Error);
}

TEST_CASE("paste_masks: empty masks") {
  CHECK(paste(0, 28, {2, 2, 40, 40}, 50, 60).runs == Runs{3000});
  CHECK(paste(1, 28, {200, 2, 240, 40}, 50, 60).runs == Runs{3000});
  CHECK(paste(1, 28, {-90, -90, -50, -40}, 50, 60).runs == Runs{3000});
  CHECK(paste(1, 28, {NAN, 2, 40, 40}, 50, 60).runs == Runs{3000});
  CHECK(paste(1, 28, {0, 0, INFINITY, 40}, 50, 60).runs == Runs{3000});
  CHECK(paste(1, 28, {40, 40, 20, 20}, 50, 60).runs == Runs{3000});
  CHECK(paste(NAN, 28, {2, 2, 40, 40}, 50, 60).runs == Runs{3000});
}

TEST_CASE("paste_masks: a full mask over the whole image is one run, one pixel too") {
  CHECK(paste(1, 28, {-9, -9, 69, 59}, 50, 60).runs == Runs{0, 3000});
  CHECK(paste(1, 28, {0, 0, 1, 1}, 1, 1).runs == Runs{0, 1});
}

TEST_CASE("paste_masks: equals torchvision's, pixel by pixel") {
  const Npy cases = detection_golden("paste_cases");
  const Npy masks = detection_golden("paste_masks");
  const Npy runs = detection_golden("paste_runs");
  const Npy undecided = detection_golden("paste_undecided");
  std::size_t next_cell = 0, next_run = 0;
  for (std::size_t i = 0; i < cases.shape[0]; ++i) {
    CAPTURE(i);
    const double* c = &cases.values[8 * i];
    const auto cells = static_cast<std::int64_t>(c[0]);
    std::vector<float> mask;
    for (std::int64_t k = 0; k < cells * cells; ++k) {
      mask.push_back(static_cast<float>(masks.values[next_cell++]) / 255.0F);
    }
    const Box box{static_cast<float>(c[3]), static_cast<float>(c[4]), static_cast<float>(c[5]),
                  static_cast<float>(c[6])};
    const Rle found = paste_mask({mask.data(), {cells, cells}}, box, static_cast<int>(c[1]),
                                 static_cast<int>(c[2]));
    Rle expected{found.height, found.width, {}};
    for (double k = 0; k < c[7]; ++k) {
      expected.runs.push_back(static_cast<std::uint32_t>(runs.values[next_run++]));
    }
    std::set<std::size_t> open;  // pixels within 1e-5 of the threshold may go either way
    for (std::size_t k = 0; k < undecided.values.size(); k += 2) {
      if (undecided.values[k] == static_cast<double>(i)) {
        open.insert(static_cast<std::size_t>(undecided.values[k + 1]));
      }
    }
    const std::vector<bool> a = pixels(found), b = pixels(expected);
    REQUIRE(a.size() == b.size());
    std::size_t different = 0;
    for (std::size_t p = 0; p < a.size(); ++p) different += a[p] != b[p] && !open.contains(p);
    CHECK(different == 0);
    if (open.empty()) CHECK(found.runs == expected.runs);
  }
}

TEST_CASE("resample_axis: the example of the header, and a copy") {
  const ResampledAxis axis = resample_axis(2, {0, 4}, 100);
  const float expected[] = {0, 0.25F, 0.75F, 1};
  REQUIRE(axis.taps.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const PixelTap& tap = axis.taps[i];
    CHECK(static_cast<float>(tap.low) * tap.low_weight +
              static_cast<float>(tap.high) * tap.high_weight ==
          doctest::Approx(expected[i]));
  }
  const ResampledAxis cut = resample_axis(8, {-3, 8}, 4);
  CHECK(cut.first == 0);
  REQUIRE(cut.taps.size() == 4);
  CHECK(cut.taps[0].low == 3);
  CHECK(cut.taps[0].low_weight == 1);
  CHECK(resample_axis(8, {90, 8}, 4).taps.empty());
}

TEST_CASE("paste_masks: what does not fit is refused") {
  const std::vector<float> mask(12);
  CHECK_THROWS_WITH_AS(paste_mask({mask.data(), {3, 4}}, {0, 0, 5, 5}, 9, 9),
                       "paste_mask: expected a square mask, found 3 x 4", Error);
  CHECK_THROWS_AS(paste(1, 2, {0, 0, 5, 5}, 0, 9), Error);
  CHECK_THROWS_AS(paste(1, 2, {0, 0, 5, 5}, 100000, 100000), Error);
}
