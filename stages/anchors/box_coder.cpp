#include "stages/anchors/box_coder.hpp"

#include <cmath>

namespace roiflow {

std::array<float, 4> BoxCoder::encode(const Box& box, const Box& reference) const {
  const float w = width(reference), h = height(reference);
  const float shift_x = (box.x0 + 0.5F * width(box)) - (reference.x0 + 0.5F * w);
  const float shift_y = (box.y0 + 0.5F * height(box)) - (reference.y0 + 0.5F * h);
  return {weights[0] * shift_x / w, weights[1] * shift_y / h, weights[2] * std::log(width(box) / w),
          weights[3] * std::log(height(box) / h)};
}

}  // namespace roiflow
