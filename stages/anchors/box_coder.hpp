/// Box coder: a network's four numbers per box (deltas) and a reference box give a box, and back.
///
///   deltas   dx dy dw dh: shift of the centre in units of the reference's width and height, and
///            logarithm of the change in size, each multiplied by its weight
///   out      x0 y0 x1 y1, same pixels as the reference box; not clipped
///
/// dw and dh are limited from above to log(1000 / 16) before exp, so nothing overflows; NaN stays
/// NaN. Encoding has no such limit: a reference without width gives infinite or NaN deltas.
/// Reference: torchvision.models.detection._utils.BoxCoder.decode_single and encode_single,
/// float32, in their order of operations. Example: weights 1, reference {0 0 10 20}, deltas {0.1 0
/// 0 log 2}: {1 -10 11 30}.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/core/box.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {

struct BoxCoder {
  std::array<float, 4> weights{1, 1, 1, 1};  ///< of dx dy dw dh; box heads use 10 10 5 5

  /// `deltas` points at four numbers.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Box decode(const float* deltas, const Box& reference) const {
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
  /// The deltas that lead from `reference` to `box`: what training wants of a network.
  [[nodiscard]] std::array<float, 4> encode(const Box& box, const Box& reference) const;
};

}  // namespace roiflow
