/// The backbone of a model, whichever it is: resnet.hpp, vgg.hpp, fbnet.hpp.
#pragma once

#include <string>
#include <vector>

#include "stages/model/backbone_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// The last value of every layer (stage), finest first, and how many channels it has.
struct BackboneOutputs {
  std::vector<std::string> values;
  std::vector<std::int64_t> channels;
};

/// A detector's backbone over value `image`. Tensors as in torchvision: backbone.body.conv1.weight
/// (ResNet), backbone.features.0.weight (VGG).
BackboneOutputs add_backbone(ModelGraph& graph, const std::string& image,
                             const BackboneDescription& backbone);

/// Channels of the last value.
std::int64_t backbone_channels(const BackboneDescription& backbone);

}  // namespace roiflow
