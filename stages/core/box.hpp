/// Axis-aligned boxes in continuous pixel coordinates: x to the right, y down, the first pixel
/// covers [0, 1). x1 and y1 are exclusive ends: width = x1 - x0, no "+1" anywhere.
///
/// Arithmetic is float32 in the order in which torchvision.ops.boxes does it, so that decisions at
/// a threshold fall the same way.
#pragma once

#include <algorithm>

namespace roiflow {

struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const Box&) const = default;
};

[[nodiscard]] constexpr float width(const Box& b) {
  return b.x1 - b.x0;
}
[[nodiscard]] constexpr float height(const Box& b) {
  return b.y1 - b.y0;
}
[[nodiscard]] constexpr float area(const Box& b) {
  return (b.x1 - b.x0) * (b.y1 - b.y0);
}

/// Whether both sides are at least `length`; no side is if a coordinate is NaN.
[[nodiscard]] constexpr bool sides_reach(const Box& b, float length) {
  return width(b) >= length && height(b) >= length;
}

/// Whether no coordinate is NaN or infinite.
[[nodiscard]] constexpr bool finite(const Box& b) {
  return b.x0 - b.x0 == 0 && b.y0 - b.y0 == 0 && b.x1 - b.x1 == 0 && b.y1 - b.y1 == 0;
}

/// Clips to the image [0, image_width] x [0, image_height].
[[nodiscard]] constexpr Box clip(const Box& b, float image_height, float image_width) {
  return {std::clamp(b.x0, 0.0F, image_width), std::clamp(b.y0, 0.0F, image_height),
          std::clamp(b.x1, 0.0F, image_width), std::clamp(b.y1, 0.0F, image_height)};
}

/// Intersection over union, as in torchvision.ops.nms; two empty boxes give NaN (never ">").
[[nodiscard]] constexpr float intersection_over_union(const Box& a, const Box& b) {
  const float w = std::max(0.0F, std::min(a.x1, b.x1) - std::max(a.x0, b.x0));
  const float h = std::max(0.0F, std::min(a.y1, b.y1) - std::max(a.y0, b.y0));
  const float inter = w * h;
  return inter / (area(a) + area(b) - inter);
}

}  // namespace roiflow
