/// Fusion: Conv2d + Add + Relu become one Conv2d with `add` and `relu`, Linear and
/// ConvTranspose2d take a following Relu. Same values, fewer passes over memory.
#pragma once

#include "stages/model/model_graph.hpp"

namespace roiflow {

/// A layer is absorbed if nothing but the absorbing one reads it. The fused layer carries the name
/// of the last value and stands where that value was computed, so that the order stays valid.
/// Weights are untouched.
ModelGraph fuse(const ModelGraph& graph);

}  // namespace roiflow
