/// Binary search, on the host and on a GPU.
#pragma once

#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// How many of `count` elements, sorted so that those with is_before(i) come first, are before.
template <class IsBefore>
ROIFLOW_HOST_DEVICE int count_before(int count, const IsBefore& is_before) {
  int low = 0, high = count;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (is_before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace roiflow
