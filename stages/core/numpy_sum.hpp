/// Sums in numpy's order, which decides the last bit: equal to those of the reference programs.
/// As numpy 1.24 adds contiguous doubles: buffers of 8192, whose sums are added one by one; inside,
/// pairwise down to blocks of 128, which are added in eight lanes.
#pragma once

#include <span>

namespace roiflow {

/// numpy.sum; 0 for no values.
[[nodiscard]] double numpy_sum(std::span<const double> values);

/// numpy.mean; NaN for no values.
[[nodiscard]] double numpy_mean(std::span<const double> values);

}  // namespace roiflow
