/// Small networks that every executor must compute as they are defined: one case a layer kind, a
/// whole detector, random weights and inputs, and how results are compared.
#pragma once

#include <string>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct LayerCase {
  const char* name;
  LayerKind kind;
  Shape<4> input;
};

const std::vector<LayerCase>& layer_cases();

/// Input "x", the layer, output "y".
ModelGraph graph_of(const LayerCase& layer);

/// A small network with everything that occurs: residual sums that may and may not be done in
/// place, top-down sums, shared weights, siblings.
ModelDescription small_mask_rcnn();

/// Healthy sizes: activations neither vanish nor explode.
Weights random_weights(const TensorShapes& shapes, unsigned seed);
Tensor<float, 4> random_tensor(const Shape<4>& shape, unsigned seed);

/// Differences below 1e-5 of the largest value; direct sums of some thousand float32 products stay
/// well below.
void check_close(const Tensor<float, 4>& found, const Tensor<float, 4>& expected);
void check_same_bits(const Tensor<float, 4>& a, const Tensor<float, 4>& b);

}  // namespace roiflow
