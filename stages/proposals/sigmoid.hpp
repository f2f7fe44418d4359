/// From a logit to a score, on the CPU and a GPU; NaN stays NaN.
#pragma once

#include <cmath>

#include "stages/kernels/host_device.hpp"

namespace roiflow {

[[nodiscard]] ROIFLOW_HOST_DEVICE inline float sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

}  // namespace roiflow
