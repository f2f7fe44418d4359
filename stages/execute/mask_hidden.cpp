#include "stages/execute/mask_hidden.hpp"

#include <algorithm>

#include "stages/model/fuse.hpp"
#include "stages/model/lower.hpp"

namespace roiflow {

Model up_to_hidden(const ModelGraph& mask_head, const Weights& weights) {
  Model model{fuse(mask_head), {}};
  for (const auto& [name, shape] : expected_tensors(mask_head)) {
    model.weights.emplace(name, weights.find(name)->second);
  }
  model = transposed_convolutions_as_pointwise(std::move(model));
  const auto shuffle = std::find_if(
      model.graph.layers.begin(), model.graph.layers.end(),
      [](const Layer& layer) { return std::holds_alternative<PixelShuffle>(layer.kind); });
  const std::string hidden = shuffle != model.graph.layers.end()
                                 ? shuffle->inputs.front()
                                 : model.graph.layers.back().inputs.front();
  model.graph = subgraph(model.graph, {{"hidden", hidden}});
  return model;
}

}  // namespace roiflow
