#include "stages/heads/mask_result.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "stages/core/error.hpp"

namespace roiflow {

Tensor<float, 3> mask_result(TensorView<const float, 4> logits, std::span<const int> labels) {
  const auto& [masks, height, width, classes] = logits.shape;
  require(masks == static_cast<std::int64_t>(labels.size()), ErrorCode::bad_data,
          "mask_result: {} labels, but mask logits for {} detections", labels.size(), masks);
  Tensor<float, 3> probabilities({masks, height, width});
  const std::int64_t pixels = height * width;
  float* out = probabilities.view().data;
  const float* in = logits.data;
  for (const int label : labels) {
    require(label >= 0 && label < classes, ErrorCode::bad_data,
            "mask_result: label {} of a detection, but the mask head knows {} classes", label,
            classes);
    for (std::int64_t i = 0; i < pixels; ++i, in += classes, ++out) {
      *out = 1.0F / (1.0F + std::exp(-in[label]));
    }
  }
  return probabilities;
}

}  // namespace roiflow
