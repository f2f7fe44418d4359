/// Runs a plan that is meant for a GPU on the host, in float32: convolutions and products as plain
/// loops over the packed weights, everything else by the very kernels that the GPU runs. Memory is
/// full of NaN at the start, so that a step that reads what nobody wrote shows.
#pragma once

#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/execute/device_plan.hpp"

namespace roiflow {

/// The outputs without padding. `weights` are those of the prepared model.
std::vector<Tensor<float, 4>> run_on_host(const DevicePlan& plan, const Weights& weights,
                                          const std::vector<Tensor<float, 4>>& inputs);

}  // namespace roiflow
