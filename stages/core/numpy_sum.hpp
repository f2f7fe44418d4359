/// Sums in numpy's order, which decides the last bit: equal to those of the reference programs.
///
/// numpy adds contiguous doubles pairwise, down to blocks of 128, which are added in eight lanes.
/// Up to version 2.2 it does so in buffers of 8192, whose sums are added one by one; from 2.3 on
/// over the whole array. Up to 8192 values both are the same.
#pragma once

#include <span>

namespace roiflow {

enum class NumpyOrder {
  buffered,  ///< numpy up to 2.2, Debian 12's 1.24 among them
  pairwise,  ///< numpy from 2.3 on
};

/// numpy.sum; 0 for no values.
[[nodiscard]] double numpy_sum(std::span<const double> values,
                               NumpyOrder order = NumpyOrder::buffered);

/// numpy.mean; NaN for no values.
[[nodiscard]] double numpy_mean(std::span<const double> values,
                                NumpyOrder order = NumpyOrder::buffered);

}  // namespace roiflow
