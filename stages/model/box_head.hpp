/// The box head: what is computed on every pooled region, up to class logits and box deltas. All
/// kinds end with torchvision's FastRCNNPredictor.
///
///   mlp      fc6, fc7: two fully connected layers with ReLU (Girshick 2015; TwoMLPHead)
///   conv_fc  3x3 convolutions with batch norm and ReLU, one fully connected layer
///            (FastRCNNConvFCHead of torchvision's fasterrcnn_resnet50_fpn_v2)
///   res5     the ResNet's next layer, stride 2, then the mean over its pixels (He et al. 2015,
///            Ren et al. 2015: "C4")
///   inverted blocks of an FBNet (fbnet.hpp), then the mean over the pixels (D2Go)
#pragma once

#include <string>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// [rois, 1, 1, classes] logits and [rois, 1, 1, 4 * classes] deltas; class k's dx dy dw dh are
/// channels 4k .. 4k + 3.
struct BoxHeadOutputs {
  std::string logits;
  std::string deltas;
};

/// Over pooled features [rois, bins, bins, channels]. Tensors: roi_heads.box_head.fc6.weight,
/// roi_heads.box_head.0.0.weight (conv_fc), roi_heads.box_head.layer4.0.conv1.weight (res5),
/// roi_heads.box_head.blocks.fbnetv2_0_0.pw.conv.weight (inverted), ...
BoxHeadOutputs add_box_head(ModelGraph& graph, const std::string& pooled, std::int64_t channels,
                            const ModelDescription& description);

}  // namespace roiflow
