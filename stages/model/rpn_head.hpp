/// The head of the region proposal network: Ren et al., "Faster R-CNN", 2015, as torchvision's
/// RPNHead builds it, or with the blocks of an FBNet (fbnet.hpp) instead of the 3x3 convolutions;
/// one head, applied to every pyramid level.
#pragma once

#include <string>
#include <vector>

#include "stages/model/inverted_residual.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// Per level [n, h, w, anchors] logits and [n, h, w, 4 * anchors] deltas; anchor a's dx dy dw dh
/// are channels 4a .. 4a + 3.
struct RpnHeadOutputs {
  std::vector<std::string> objectness;
  std::vector<std::string> deltas;
};

struct RpnHeadShape {
  std::int64_t channels = 256;  ///< of the levels and of the hidden layers
  std::int64_t convs = 1;       ///< hidden 3x3 layers, if there are no blocks
  InvertedStage blocks{};       ///< hidden blocks (D2Go)
  std::int64_t anchors = 3;     ///< per position
};

/// Layers are named PREFIX.conv.0.0@LEVEL (PREFIX.blocks.fbnetv2_0_0.pw.conv@LEVEL) and so on; all
/// levels share the tensors of PREFIX.
RpnHeadOutputs add_rpn_head(ModelGraph& graph, const std::vector<std::string>& levels,
                            const std::string& prefix, const RpnHeadShape& shape);

}  // namespace roiflow
