/// The box head: two fully connected layers, then class logits and box deltas (torchvision's
/// TwoMLPHead and FastRCNNPredictor).
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

/// Over pooled features [rois, bins, bins, channels]. Tensors: roi_heads.box_head.fc6.weight, ...
BoxHeadOutputs add_box_head(ModelGraph& graph, const std::string& pooled,
                            const ModelDescription::BoxHead& box, std::int64_t classes);

}  // namespace roiflow
