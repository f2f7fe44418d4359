/// ResNet without its classifier: He et al., "Deep Residual Learning", 2015; strides and names as
/// in torchvision.models.resnet (a bottleneck's stride is in its 3x3 convolution).
///
/// Example: width 64, blocks 3 4 6 3, bottlenecks and an image [1, 800, 1088, 3] give
///   layer1 [1, 200, 272, 256], layer2 [1, 100, 136, 512], layer3 [1, 50, 68, 1024],
///   layer4 [1, 25, 34, 2048].
#pragma once

#include <string>
#include <vector>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// The last value of every layer, finest first, and how many channels it has.
struct BackboneOutputs {
  std::vector<std::string> values;
  std::vector<std::int64_t> channels;
};

/// Appends the network over value `image`; tensors are named PREFIX.conv1.weight and so on.
BackboneOutputs add_resnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                           const ModelDescription::Backbone& backbone);

}  // namespace roiflow
