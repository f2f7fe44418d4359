/// The mask head without its last layer: of that only each detection's own class is computed, by
/// the mask predictor.
#pragma once

#include "stages/model/model_graph.hpp"

namespace roiflow {

/// The mask head up to what the logits are made of: [rois, h, w, channels]. Where a transposed
/// convolution makes it, up to the 1x1 convolution that takes its place, before the pixels are put
/// in order: [rois, bins, bins, 4 * channels], a 2x2 block of pixels each. Output "hidden".
[[nodiscard]] Model up_to_hidden(const ModelGraph& mask_head, const Weights& weights);

}  // namespace roiflow
