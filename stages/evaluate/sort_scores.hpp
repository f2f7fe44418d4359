/// The order of scores in every COCO evaluation: numpy's stable sort of -score, in which NaN comes
/// last and +0 equals -0. Use with std::stable_sort.
#pragma once

#include <cmath>

namespace roiflow {

[[nodiscard]] inline bool goes_before(double a, double b) {
  return a > b || (std::isnan(b) && !std::isnan(a));
}

}  // namespace roiflow
