/// A layer's tensors as the steps of a DevicePlan read them, padding included, still in float32.
#pragma once

#include <vector>

#include "stages/execute/device_plan.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

struct PackedLayer {
  std::vector<float> weight;
  std::vector<float> bias;  ///< empty if the step has none
};

/// Filters [out][kernel h][kernel w][in / groups] (KRSC), zeros for padded channels; bias [out].
[[nodiscard]] PackedLayer pack(const ConvolutionStep& step, std::int64_t input_stride,
                               const Weights& weights);

/// [features][height][width][stride]: the columns in the order of the input's memory. `input` is
/// the step's.
[[nodiscard]] PackedLayer pack(const LinearStep& step, const DeviceValue& input,
                               const Weights& weights);

}  // namespace roiflow
