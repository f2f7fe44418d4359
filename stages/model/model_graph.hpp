/// A network as data: named layers, named inputs, named outputs. Builders (resnet.hpp, ...) make
/// it, passes (fold_batch_norm.hpp, fuse.hpp, lower.hpp) rewrite it, executors translate it.
///
/// Layers stand in an order in which they can be computed: every input is a graph input or the
/// output of an earlier layer. Read backwards, the same list is the order of back-propagation.
///
/// Example: a graph with input "image" [-1, -1, -1, 3] and one layer
///   {"stem", Conv2d{.out_channels = 8, .kernel = {3, 3}}, {"image"}, "conv1"}
/// has expected_tensors {"conv1.weight": [8, 3, 3, 3], "conv1.bias": [8]}, and for an image
/// [1, 10, 12, 3] infer_shapes gives "stem" the shape [1, 8, 10, 8].
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/model/layer.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

/// NHWC; -1 for an extent that may differ from call to call.
struct GraphInput {
  std::string name;
  Shape<4> shape{};
};

/// What a caller asks for, and the value that it is.
struct GraphOutput {
  std::string name;
  std::string value;
};

struct ModelGraph {
  std::vector<GraphInput> inputs;
  std::vector<Layer> layers;
  std::vector<GraphOutput> outputs;

  /// Appends a layer and returns the name of its output.
  std::string add(Layer layer);
};

using ValueShapes = std::map<std::string, Shape<4>, std::less<>>;

/// The shape of every value, inputs included. `inputs` are given in the graph's order.
/// Throws one Error{usage} that lists all problems, one a line: unknown or repeated names, wrong
/// numbers of inputs, extents that do not fit.
ValueShapes infer_shapes(const ModelGraph& graph, std::span<const Shape<4>> inputs);

/// The tensors the graph's layers read, by name.
TensorShapes expected_tensors(const ModelGraph& graph);

/// What a layer costs at one input size.
struct LayerCost {
  std::string name;
  std::int64_t parameters = 0;  ///< numbers in its tensors; 0 if an earlier layer shares them
  double flops = 0;             ///< a multiplication and an addition count as two
  std::int64_t output_elements = 0;
};

std::vector<LayerCost> layer_costs(const ModelGraph& graph, std::span<const Shape<4>> inputs);

/// Keeps `outputs` only, and the layers they need.
ModelGraph subgraph(const ModelGraph& graph, std::vector<GraphOutput> outputs);

/// Graph and weights together, as the passes hand them on.
struct Model {
  ModelGraph graph;
  Weights weights;
};

}  // namespace roiflow
