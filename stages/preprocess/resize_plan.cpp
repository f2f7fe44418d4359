#include "stages/preprocess/resize_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace roiflow {

namespace {

/// `position` counts from the first element's centre and is not negative.
Tap tap_at(double position, int in_size) {
  Tap tap;
  tap.first = std::min(static_cast<std::int32_t>(position), in_size - 1);
  tap.second = std::min(tap.first + 1, in_size - 1);
  tap.second_weight = static_cast<float>(std::clamp(position - tap.first, 0.0, 1.0));
  tap.first_weight = 1.0F - tap.second_weight;
  return tap;
}

}  // namespace

std::vector<Tap> bilinear_taps(int in_size, int out_size) {
  // As torch's CPU kernel: the scale is rounded to float32, positions are double, weights float32.
  const float scale = static_cast<float>(in_size) / static_cast<float>(out_size);
  std::vector<Tap> taps(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    const double centre = static_cast<double>(scale) * (i + 0.5) - 0.5;
    taps[static_cast<std::size_t>(i)] = tap_at(std::max(centre, 0.0), in_size);
  }
  return taps;
}

std::vector<Tap> corner_taps(int in_size, int out_size) {
  const float scale =
      out_size > 1 ? static_cast<float>(in_size - 1) / static_cast<float>(out_size - 1) : 0.0F;
  std::vector<Tap> taps(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    taps[static_cast<std::size_t>(i)] = tap_at(static_cast<double>(scale) * i, in_size);
  }
  return taps;
}

std::vector<Tap> opencv_taps(int in_size, int out_size, double enlargement) {
  const double step = 1 / enlargement;
  std::vector<Tap> taps(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    const auto position = static_cast<float>((i + 0.5) * step - 0.5);
    const float below = std::floor(position);
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.first = std::clamp(static_cast<int>(below), 0, in_size - 1);
    tap.second = std::min(tap.first + 1, in_size - 1);
    const bool inside = below >= 0 && tap.first < in_size - 1;
    tap.second_weight = inside ? position - below : 0.0F;
    tap.first_weight = 1.0F - tap.second_weight;
  }
  return taps;
}

}  // namespace roiflow
