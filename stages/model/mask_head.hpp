/// The mask head: 3x3 convolutions, a 2x2 transposed convolution that doubles the size, one logit
/// a class (He et al., "Mask R-CNN", 2017; torchvision's MaskRCNNHeads and MaskRCNNPredictor; the
/// convolutions of maskrcnn_resnet50_fpn_v2 have batch norm).
#pragma once

#include <string>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct MaskHeadOutputs {
  std::string hidden;  ///< [rois, 2 * bins, 2 * bins, predictor_channels], after the last ReLU
  std::string logits;  ///< [rois, 2 * bins, 2 * bins, classes], before the sigmoid
};

/// The 1x1 convolution from `hidden` to `logits`; whoever wants one class only needs no other.
constexpr const char* mask_logits_parameters = "roi_heads.mask_predictor.mask_fcn_logits";

/// Over pooled features [rois, bins, bins, channels]. Tensors: roi_heads.mask_head.0.0.weight, ...
MaskHeadOutputs add_mask_head(ModelGraph& graph, const std::string& pooled,
                              const ModelDescription& description);

}  // namespace roiflow
