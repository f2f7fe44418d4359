/// A 16-bit element type for the tests of kernels without CUDA: bfloat16 by cutting float32 off.
#pragma once

#include <bit>
#include <cstdint>

#include "stages/kernels/element.hpp"

namespace roiflow {

struct BrainFloat {
  std::uint16_t bits;
};

template <>
struct Element<BrainFloat> {
  static float to_float(BrainFloat value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16U);
  }
  static BrainFloat from_float(float value) {
    return {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U)};
  }
};

}  // namespace roiflow
