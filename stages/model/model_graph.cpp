#include "stages/model/model_graph.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/model/shape_rules.hpp"

namespace roiflow {

namespace {

/// Whether products of the extents stay far from the end of the integers.
bool fits_into_memory(const Shape<4>& shape) {
  double elements = 1;
  for (const std::int64_t extent : shape) elements *= static_cast<double>(extent);
  return elements < 1e15;
}

/// Walks the graph once, collecting shapes and, instead of stopping, problems.
class Inference {
 public:
  Inference(const ModelGraph& graph, std::span<const Shape<4>> inputs) {
    if (inputs.size() != graph.inputs.size()) {
      problem("expected {} inputs, found {}", graph.inputs.size(), inputs.size());
    }
    for (std::size_t i = 0; i < std::min(inputs.size(), graph.inputs.size()); ++i) {
      take_input(graph.inputs[i], inputs[i]);
    }
    for (const Layer& layer : graph.layers) take_layer(layer);
    for (const GraphOutput& output : graph.outputs) {
      if (!known_.contains(output.value)) {
        problem("output {}: there is no value {}", output.name, output.value);
      }
    }
  }

  ValueShapes result() && {
    if (problems_.empty()) return std::move(shapes_);
    throw Error(ErrorCode::usage, "the network does not fit together:" + problems_);
  }

 private:
  template <class... Args>
  void problem(fmt::format_string<Args...> text, Args&&... args) {
    problems_ += "\n  " + fmt::format(text, std::forward<Args>(args)...);
  }

  void take_input(const GraphInput& input, const Shape<4>& shape) {
    if (!known_.insert(input.name).second) problem("input {}: the name is taken", input.name);
    bool fits = true;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const std::int64_t wanted = input.shape[axis];
      fits = fits && shape[axis] >= 1 && (wanted < 0 || wanted == shape[axis]);
    }
    if (fits) {
      shapes_[input.name] = shape;
    } else {
      problem("input {}: expected {}, found {}", input.name, to_text(input.shape), to_text(shape));
    }
  }

  void take_layer(const Layer& layer) {
    const std::optional<std::vector<Shape<4>>> inputs = input_shapes(layer);
    if (!known_.insert(layer.name).second) {
      problem("layer {}: the name is taken", layer.name);
      return;
    }
    if (!inputs) return;  // said already, here or at an earlier layer
    const InferredShape inferred = infer_shape(layer.kind, *inputs);
    if (!inferred.problem.empty()) {
      problem("layer {}: {}", layer.name, inferred.problem);
    } else if (!fits_into_memory(inferred.shape)) {
      problem("layer {}: {} is more than any memory holds", layer.name, to_text(inferred.shape));
    } else {
      shapes_[layer.name] = inferred.shape;
    }
  }

  std::optional<std::vector<Shape<4>>> input_shapes(const Layer& layer) {
    const std::size_t wanted = input_count(layer.kind);
    bool usable = layer.inputs.size() == wanted;
    if (!usable) {
      problem("layer {}: expected {} inputs, found {}", layer.name, wanted, layer.inputs.size());
    }
    std::vector<Shape<4>> shapes;
    for (const std::string& name : layer.inputs) {
      if (!known_.contains(name)) {
        problem("layer {}: there is no value {}", layer.name, name);
      }
      const auto shape = shapes_.find(name);
      usable = usable && shape != shapes_.end();
      if (usable) shapes.push_back(shape->second);
    }
    return usable ? std::optional(std::move(shapes)) : std::nullopt;
  }

  std::set<std::string, std::less<>> known_;  ///< also values whose shape could not be found
  ValueShapes shapes_;
  std::string problems_;
};

/// Some input size that every network of ours accepts; enough where only channels matter.
std::vector<Shape<4>> example_inputs(const ModelGraph& graph) {
  std::vector<Shape<4>> shapes;
  for (const GraphInput& input : graph.inputs) {
    Shape<4> shape = input.shape;
    if (shape[0] < 0) shape[0] = 1;
    for (std::int64_t& extent : shape) extent = extent < 0 ? 256 : extent;
    shapes.push_back(shape);
  }
  return shapes;
}

}  // namespace

std::string ModelGraph::add(Layer layer) {
  layers.push_back(std::move(layer));
  return layers.back().name;
}

ValueShapes infer_shapes(const ModelGraph& graph, std::span<const Shape<4>> inputs) {
  return Inference(graph, inputs).result();
}

TensorShapes expected_tensors(const ModelGraph& graph) {
  const ValueShapes shapes = infer_shapes(graph, example_inputs(graph));
  TensorShapes tensors;
  for (const Layer& layer : graph.layers) {
    const Shape<4>& input = shapes.find(layer.inputs.front())->second;
    for (auto& [name, shape] : parameter_shapes(layer.kind, input)) {
      const auto [entry, is_new] = tensors.emplace(layer.parameters + "." + name, shape);
      require(is_new || entry->second == shape, ErrorCode::usage,
              "layer {}: shares tensor {} with a layer of another shape", layer.name, entry->first);
    }
  }
  return tensors;
}

std::vector<LayerCost> layer_costs(const ModelGraph& graph, std::span<const Shape<4>> inputs) {
  const ValueShapes shapes = infer_shapes(graph, inputs);
  std::set<std::string, std::less<>> counted;
  std::vector<LayerCost> costs;
  for (const Layer& layer : graph.layers) {
    const Shape<4>& input = shapes.find(layer.inputs.front())->second;
    const Shape<4>& output = shapes.find(layer.name)->second;
    LayerCost cost{layer.name, 0, floating_point_operations(layer.kind, input, output),
                   element_count(output)};
    if (counted.insert(layer.parameters).second) {
      for (const auto& [name, shape] : parameter_shapes(layer.kind, input)) {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        cost.parameters += count;
      }
    }
    costs.push_back(std::move(cost));
  }
  return costs;
}

ModelGraph subgraph(const ModelGraph& graph, std::vector<GraphOutput> outputs) {
  std::set<std::string, std::less<>> needed;
  for (const GraphOutput& output : outputs) needed.insert(output.value);
  ModelGraph kept{graph.inputs, {}, std::move(outputs)};
  for (auto layer = graph.layers.rbegin(); layer != graph.layers.rend(); ++layer) {
    if (!needed.contains(layer->name)) continue;
    needed.insert(layer->inputs.begin(), layer->inputs.end());
    kept.layers.push_back(*layer);
  }
  std::reverse(kept.layers.begin(), kept.layers.end());
  return kept;
}

}  // namespace roiflow
