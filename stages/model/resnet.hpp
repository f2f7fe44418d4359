/// ResNet without its classifier: He et al., "Deep Residual Learning", 2015; strides and names as
/// in torchvision.models.resnet (a bottleneck's stride is in its 3x3 convolution).
///
/// With `dilated_layers` the last layers keep the size and dilate instead, as torchvision's
/// replace_stride_with_dilation: the first block of such a layer with the dilation of the layer
/// before, the others with twice that.
///
/// Example: width 64, blocks 3 4 6 3, bottlenecks and an image [1, 800, 1088, 3] give
///   layer1 [1, 200, 272, 256], layer2 [1, 100, 136, 512], layer3 [1, 50, 68, 1024],
///   layer4 [1, 25, 34, 2048].
#pragma once

#include <string>

#include "stages/model/backbone.hpp"

namespace roiflow {

/// Appends the network over value `image`; tensors are named PREFIX.conv1.weight and so on.
BackboneOutputs add_resnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                           const BackboneDescription& backbone);

/// One more layer of the same network (stride 2) over `input`, which has the channels of the last
/// one: what a C4 detector runs on every region. `prefix` is that of its blocks.
BackboneOutputs add_next_resnet_layer(ModelGraph& graph, const std::string& input,
                                      const std::string& prefix,
                                      const BackboneDescription& backbone, int blocks);

}  // namespace roiflow
