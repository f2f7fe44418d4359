/// Outlines of the five classes and their anti-aliased coverage. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/core/random.hpp"

namespace roiflow {

struct Point {
  double x = 0, y = 0;
};

/// A closed polygon around the origin.
using Outline = std::vector<Point>;

enum class ShapeClass { circle = 1, rectangle, triangle, star, cross };
inline constexpr int shape_classes = 5;

/// A shape of that class with random proportions and rotation, of area 1, centred on the origin.
[[nodiscard]] Outline random_outline(ShapeClass shape, Random& random);

/// p * scale + centre for every point.
[[nodiscard]] Outline placed(const Outline& outline, double scale, Point centre);

/// How many of the 4 x 4 sample points of each pixel lie inside an outline. The window is not
/// clipped to any image: x0 and y0 may be negative.
struct Coverage {
  static constexpr int full = 16;
  int x0 = 0, y0 = 0, width = 0, height = 0;  ///< window, pixels
  std::vector<std::uint8_t> samples;          ///< [height, width], 0 .. full
  /// Relative to the window; 0 outside it.
  [[nodiscard]] int at(int y, int x) const {
    if (y < 0 || y >= height || x < 0 || x >= width) return 0;
    return samples[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                   static_cast<std::size_t>(x)];
  }
};
[[nodiscard]] Coverage coverage_of(const Outline& outline);

}  // namespace roiflow
