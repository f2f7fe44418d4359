/// The rules of shape inference, one a layer kind; used by infer_shapes and layer_costs.
#pragma once

#include <span>
#include <string>

#include "stages/core/tensor.hpp"
#include "stages/model/layer.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

/// How many inputs a layer of this kind takes.
std::size_t input_count(const LayerKind& kind);

/// The output's shape, or in `problem` a sentence why there is none.
struct InferredShape {
  Shape<4> shape{};
  std::string problem;
};

/// `inputs` are as many as input_count says.
InferredShape infer_shape(const LayerKind& kind, std::span<const Shape<4>> inputs);

/// The layer's tensors without prefix ("weight", "bias", ...), for an input of this shape.
TensorShapes parameter_shapes(const LayerKind& kind, const Shape<4>& input);

/// Multiplications and additions.
double floating_point_operations(const LayerKind& kind, const Shape<4>& input,
                                 const Shape<4>& output);

/// "[1, 8, 10, 8]"
std::string to_text(const Shape<4>& shape);

}  // namespace roiflow
