/// Where golden values lie, and comparisons that print what differs.
///
/// ROIFLOW_DETECTION_GOLDEN names another folder made by tests/reference/make_detection_golden.py
/// (with another seed), so the same tests run on fresh random inputs.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/box.hpp"
#include "tests/support/hash_noise.hpp"
#include "tests/support/npy.hpp"

namespace roiflow {

inline Npy detection_golden(const std::string& name) {
  const char* folder = std::getenv("ROIFLOW_DETECTION_GOLDEN");
  const std::string root =
      folder != nullptr ? folder : std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/detection";
  return read_npy(root + "/" + name + ".npy");
}

/// Stream number `stream` of the inputs from which the golden values were made.
inline std::vector<float> golden_noise(std::uint64_t stream, std::size_t count, float low,
                                       float high) {
  const auto seed = static_cast<std::uint64_t>(detection_golden("seed").values.at(0));
  return hash_noise(seed * 1000 + stream, count, low, high);
}

inline std::vector<Box> to_boxes(std::span<const float> numbers) {
  std::vector<Box> boxes;
  for (std::size_t i = 0; i + 3 < numbers.size(); i += 4) {
    boxes.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]});
  }
  return boxes;
}

/// Boxes inside a height x width image; sides up to `largest`. The same in hash_noise.py.
inline std::vector<Box> golden_boxes(std::uint64_t stream, std::size_t count, float height,
                                     float width, float largest) {
  const std::vector<float> u = golden_noise(stream, 4 * count, 0, 1);
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < u.size(); i += 4) {
    const float x = u[i] * width;
    const float y = u[i + 1] * height;
    boxes.push_back(clip({x, y, x + u[i + 2] * largest, y + u[i + 3] * largest}, height, width));
  }
  return boxes;
}

/// The largest difference of two boxes' coordinates, in pixels.
inline float distance(const Box& a, const Box& b) {
  return std::fmax(std::fmax(std::fabs(a.x0 - b.x0), std::fabs(a.y0 - b.y0)),
                   std::fmax(std::fabs(a.x1 - b.x1), std::fabs(a.y1 - b.y1)));
}

/// Same boxes in the same order, but boxes whose expected scores are within rounding of each other
/// (3e-7: exp differs by an ulp between libraries) may have changed places, and those at the end
/// may be others.
inline void check_ranked(const std::vector<Box>& found, const std::vector<Box>& expected,
                         const std::vector<float>& scores, float tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i + 1 < found.size() ? scores[i] - scores.back() <= 3e-7F
                             : i > 0 && scores[i - 1] - scores[i] <= 3e-7F) {
      continue;
    }
    float nearest = INFINITY;
    for (std::size_t j = i < 8 ? 0 : i - 8; j < expected.size() && j <= i + 8; ++j) {
      if (std::fabs(scores[i] - scores[j]) <= 3e-7F) {
        nearest = std::fmin(nearest, distance(found[i], expected[j]));
      }
    }
    INFO("box ", i, ": found ", found[i].x0, " ", found[i].y0, " ", found[i].x1, " ", found[i].y1,
         ", expected ", expected[i].x0, " ", expected[i].y0, " ", expected[i].x1, " ",
         expected[i].y1);
    CHECK(nearest <= tolerance);
  }
}

}  // namespace roiflow
