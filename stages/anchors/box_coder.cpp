#include "stages/anchors/box_coder.hpp"

#include <algorithm>
#include <cmath>

namespace roiflow {

Box BoxCoder::decode(const float* deltas, const Box& reference) const {
  constexpr float size_limit = 4.135166556742356F;  // log(1000 / 16)
  const float w = width(reference);
  const float h = height(reference);
  const float centre_x = reference.x0 + 0.5F * w;
  const float centre_y = reference.y0 + 0.5F * h;

  const float dx = deltas[0] / weights[0];
  const float dy = deltas[1] / weights[1];
  const float dw = std::min(deltas[2] / weights[2], size_limit);  // keeps NaN
  const float dh = std::min(deltas[3] / weights[3], size_limit);

  const float x = dx * w + centre_x;
  const float y = dy * h + centre_y;
  const float half_w = 0.5F * (std::exp(dw) * w);
  const float half_h = 0.5F * (std::exp(dh) * h);
  return {x - half_w, y - half_h, x + half_w, y + half_h};
}

std::array<float, 4> BoxCoder::encode(const Box& box, const Box& reference) const {
  const float w = width(reference), h = height(reference);
  const float shift_x = (box.x0 + 0.5F * width(box)) - (reference.x0 + 0.5F * w);
  const float shift_y = (box.y0 + 0.5F * height(box)) - (reference.y0 + 0.5F * h);
  return {weights[0] * shift_x / w, weights[1] * shift_y / h, weights[2] * std::log(width(box) / w),
          weights[3] * std::log(height(box) / h)};
}

}  // namespace roiflow
