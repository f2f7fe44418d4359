/// The mask head: 3x3 convolutions, a 2x2 transposed convolution that doubles the size, one logit
/// a class (He et al., "Mask R-CNN", 2017; torchvision's MaskRCNNHeads and MaskRCNNPredictor; the
/// convolutions of maskrcnn_resnet50_fpn_v2 have batch norm); or blocks of an FBNet that enlarge on
/// the way (fbnet.hpp).
#pragma once

#include <string>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct MaskHeadOutputs {
  std::string hidden;  ///< [rois, height, width, predictor_channels], what the logits are made of
  std::string logits;  ///< [rois, height, width, classes], before the sigmoid
};

/// The 1x1 convolution from `hidden` to `logits`; whoever wants one class only needs no other.
constexpr const char* mask_logits_parameters = "roi_heads.mask_predictor.mask_fcn_logits";

/// Over pooled features [rois, bins, bins, channels]; height and width are 2 * bins unless blocks
/// make something else. Tensors: roi_heads.mask_head.0.0.weight, ...
MaskHeadOutputs add_mask_head(ModelGraph& graph, const std::string& pooled, std::int64_t channels,
                              const ModelDescription& description);

}  // namespace roiflow
