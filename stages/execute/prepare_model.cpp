#include "stages/execute/prepare_model.hpp"

#include "stages/core/error.hpp"
#include "stages/model/fold_batch_norm.hpp"
#include "stages/model/fuse.hpp"
#include "stages/model/lower.hpp"

namespace roiflow {
namespace {

/// The tensors the graph reads, copied.
Weights select_weights(const ModelGraph& graph, const Weights& weights) {
  const TensorShapes expected = expected_tensors(graph);
  WeightReport report = compare(expected, weights);
  report.extra.clear();
  require(report.complete(), ErrorCode::bad_data, "these weights are not the network's:\n{}",
          report.text());
  Weights selected;
  for (const auto& [name, shape] : expected) selected.emplace(name, weights.find(name)->second);
  return selected;
}

}  // namespace

Model prepare_model(const ModelGraph& graph, const Weights& weights) {
  Model model{graph, select_weights(graph, weights)};
  model = fold_batch_norm(std::move(model));
  model.graph = fuse(model.graph);
  model = transposed_convolutions_as_pointwise(std::move(model));
  return merge_pointwise_siblings(std::move(model));
}

Model prepare_device_model(const ModelGraph& graph, const Weights& weights) {
  return merge_linear_siblings(prepare_model(graph, weights));
}

}  // namespace roiflow
