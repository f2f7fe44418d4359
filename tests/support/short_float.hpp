/// A float of 16 bits for tests of kernels without CUDA: the upper half of a float32, rounded to
/// nearest even (what bfloat16 is). NaN stays NaN.
#pragma once

#include <bit>
#include <cstdint>

#include "stages/kernels/element.hpp"

namespace roiflow {

struct ShortFloat {
  std::uint16_t bits;
  bool operator==(const ShortFloat&) const = default;
};

template <>
struct Element<ShortFloat> {
  static constexpr float to_float(ShortFloat value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16U);
  }
  static constexpr ShortFloat from_float(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (value != value) return {static_cast<std::uint16_t>(bits >> 16U | 0x40U)};
    return {static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U)};
  }
};

}  // namespace roiflow
