/// The definition of every layer kind as plain loops in double precision: what fast executors are
/// compared with. Slow; for small networks.
#pragma once

#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// The graph's outputs, computed layer by layer as the builders wrote it down (nothing folded).
std::vector<Tensor<float, 4>> naive_outputs(const ModelGraph& graph, const Weights& weights,
                                            const std::vector<Tensor<float, 4>>& inputs);

}  // namespace roiflow
