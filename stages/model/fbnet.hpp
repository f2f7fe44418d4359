/// FBNet: a stem convolution and inverted residual blocks with few channels (Dai et al., "FBNetV3",
/// 2020), as D2Go's exported detectors have it: batch norm is folded in, every convolution but the
/// depthwise one has a bias, and only the first convolution of a block is followed by a ReLU.
///
///   block   1x1 conv, ReLU (if it has hidden channels) -> enlarge -> depthwise conv -> 1x1 conv,
///           + its input where stride is 1, nothing is enlarged and the channels are the same
///
/// Tensors, as in d2go: PREFIX.trunk0.fbnetv2_0_0.conv.weight (the stem), then
/// PREFIX.trunkS.fbnetv2_S_I.{pw,dw,pwl}.conv.weight for block I of stage S; in stage 0 the stem is
/// number 0 and the blocks begin with 1. In a head: PREFIX.fbnetv2_0_I.{pw,dw,pwl}.conv.weight.
#pragma once

#include <string>

#include "stages/model/backbone.hpp"
#include "stages/model/inverted_residual.hpp"

namespace roiflow {

/// Over value `image`; one output per stage.
BackboneOutputs add_fbnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                          const BackboneDescription& backbone);

/// The blocks of a head over `input`, which has `channels`; layers (not tensors) get `suffix`.
/// Returns the last value.
std::string add_inverted_blocks(ModelGraph& graph, const std::string& input, std::int64_t channels,
                                const std::string& prefix, const InvertedStage& blocks,
                                const std::string& suffix = "");

}  // namespace roiflow
