/// Folds batch norm with fixed statistics into the convolution before it:
///   weight' = weight * s,  bias' = (bias - mean) * s + beta,  s = gamma / sqrt(var + eps),
/// computed in double and rounded once.
#pragma once

#include "stages/model/model_graph.hpp"

namespace roiflow {

/// Folds every BatchNorm whose input is a Conv2d that nothing else reads; others stay.
/// A folded layer is named as its batch norm was, its tensors CONV+NORM.weight and .bias (the two
/// prefixes joined, so that shared tensors fold separately). Tensors that nobody reads any more are
/// dropped. `weights` must be complete for the graph (compare()).
Model fold_batch_norm(Model model);

}  // namespace roiflow
