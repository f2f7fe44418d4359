/// When one box suppresses another: the arithmetic of nms.hpp for one pair, on the CPU and a GPU.
///
/// The ratio is float32 in the order of torchvision.ops.nms; two empty boxes give NaN, which is
/// above no threshold.
///
/// Example: overlap(kept, area(kept), other, area(other)) > float_threshold(0.5)
#pragma once

#include <cmath>
#include <limits>

#include "stages/core/box.hpp"

namespace roiflow {

/// Intersection over union; the areas are those of the boxes. No branches: the CPU does several at
/// once.
[[nodiscard]] constexpr float overlap(const Box& a, float area_a, const Box& b, float area_b) {
  const float left = a.x0 < b.x0 ? b.x0 : a.x0;
  const float top = a.y0 < b.y0 ? b.y0 : a.y0;
  const float right = b.x1 < a.x1 ? b.x1 : a.x1;
  const float bottom = b.y1 < a.y1 ? b.y1 : a.y1;
  const float w = 0.0F < right - left ? right - left : 0.0F;
  const float h = 0.0F < bottom - top ? bottom - top : 0.0F;
  const float intersection = w * h;
  return intersection / (area_a + area_b - intersection);
}

/// `ratio > threshold` for a float ratio: comparing with the largest float not above the threshold
/// decides the same as comparing in double.
[[nodiscard]] inline float float_threshold(double threshold) {
  const auto rounded = static_cast<float>(threshold);
  if (static_cast<double>(rounded) <= threshold) return rounded;
  return std::nextafter(rounded, -std::numeric_limits<float>::infinity());
}

}  // namespace roiflow
