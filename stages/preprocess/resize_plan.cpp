#include "stages/preprocess/resize_plan.hpp"

#include <algorithm>
#include <cstddef>

namespace roiflow {

std::vector<Tap> bilinear_taps(int in_size, int out_size) {
  // float32 throughout, as ATen/native/UpSample.h: the last bit of a coordinate becomes visible in
  // the weights of large images.
  const float scale = static_cast<float>(in_size) / static_cast<float>(out_size);
  std::vector<Tap> taps(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    const float centre = scale * (static_cast<float>(i) + 0.5F) - 0.5F;
    const float position = std::max(centre, 0.0F);
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.first = std::min(static_cast<std::int32_t>(position), in_size - 1);
    tap.second = std::min(tap.first + 1, in_size - 1);
    tap.second_weight = std::clamp(position - static_cast<float>(tap.first), 0.0F, 1.0F);
    tap.first_weight = 1.0F - tap.second_weight;
  }
  return taps;
}

}  // namespace roiflow
