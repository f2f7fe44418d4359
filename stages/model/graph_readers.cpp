#include "stages/model/graph_readers.hpp"

namespace roiflow {

GraphReaders::GraphReaders(const ModelGraph& graph) {
  for (const Layer& layer : graph.layers) {
    for (const std::string& input : layer.inputs) ++counts_[input];
  }
  for (const GraphOutput& output : graph.outputs) ++counts_[output.value];
}

int GraphReaders::count(std::string_view value) const {
  const auto found = counts_.find(value);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace roiflow
