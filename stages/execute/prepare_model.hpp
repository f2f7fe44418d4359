/// What every executor does to a graph before it plans: takes the tensors that the graph reads,
/// folds batch norm, fuses, and lowers (stages/model).
#pragma once

#include "stages/model/model_graph.hpp"

namespace roiflow {

/// Throws Error{bad_data} that lists all missing and misshapen tensors.
[[nodiscard]] Model prepare_model(const ModelGraph& graph, const Weights& weights);

/// The same for a GPU, where slices cost nothing: fully connected siblings are one product as well.
[[nodiscard]] Model prepare_device_model(const ModelGraph& graph, const Weights& weights);

}  // namespace roiflow
