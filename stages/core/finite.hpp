/// A network's answer must be numbers: NaN compares false with everything, so what it decides looks
/// like "nothing found".
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "stages/core/error.hpp"

namespace roiflow {

/// Throws Error{bad_data} if there is an infinity or a NaN. `what`: "class scores".
inline void require_finite(std::span<const float> values, std::string_view what) {
  // Branchless: 0 x is 0 for every number and NaN for the rest, and NaN stays in the sum.
  float sum = 0;
  for (const float value : values) sum += 0.0F * value;
  require(
      sum == 0, ErrorCode::bad_data,
      "the network's {} are not all numbers: the weights do not fit the images, or the image is "
      "beyond the range of the arithmetic",
      what);
}

}  // namespace roiflow
