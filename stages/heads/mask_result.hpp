/// Mask result: of every class's mask logits only the detected class counts, as a probability.
///
///   logits   [n, M, M, classes]   the mask head's output, class 0 is background
///   labels   [n]                  the detection's class, 0 .. classes - 1
///   out      [n, M, M]            sigmoid of the label's logit
///
/// Reference: torchvision.models.detection.roi_heads.maskrcnn_inference.
/// Example: logits {-1, 0, 2} of one pixel, label 2: 0.8808.
#pragma once

#include <span>

#include "stages/core/tensor.hpp"

namespace roiflow {

/// Throws Error{bad_data} if the shapes do not fit each other or a label is not a class.
/// Safe from several threads.
Tensor<float, 3> mask_result(TensorView<const float, 4> logits, std::span<const int> labels);

}  // namespace roiflow
