/// Sums in numpy's order, which decides the last bit. As numpy 1.24 adds contiguous doubles.
#pragma once

#include <span>

namespace roiflow {

/// numpy.sum of at most 8192 contiguous doubles: pairwise below blocks of 128 in eight lanes.
[[nodiscard]] double numpy_sum(std::span<const double> values);

/// numpy.mean of contiguous doubles: pairwise summation inside buffers of 8192, whose sums are
/// added one by one; NaN for no values.
[[nodiscard]] double numpy_mean(std::span<const double> values);

}  // namespace roiflow
