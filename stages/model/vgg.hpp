/// VGG without its classifier: Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015.
/// Stages of 3x3 convolutions with ReLU, a 2x2 max pooling of stride 2 between them.
///
/// Example: VGG-16 is convs 2 2 3 3 3 and channels 64 128 256 512 512; an image [1, 600, 800, 3]
/// gives a last value of [1, 37, 50, 512], of stride 16.
#pragma once

#include <string>

#include "stages/model/backbone.hpp"

namespace roiflow {

/// How layers and tensors are named: PREFIX of torchvision's vgg16().features, counted with ReLU
/// and pooling ("backbone.features.2"), or as in the papers' Caffe files ("conv1_2", "pool1").
enum class VggNames { torchvision, caffe };

struct VggOptions {
  VggNames names = VggNames::torchvision;
  std::int64_t first_padding = 1;  ///< of the first convolution; FCN: 100
  bool pool_all = false;           ///< pool behind the last stage too
  bool ceil_mode = false;          ///< pooling rounds sizes up, as Caffe does
};

/// Values are those of the last layer of each stage: its last ReLU, or with `pool_all` its pooling.
BackboneOutputs add_vgg(ModelGraph& graph, const std::string& image,
                        const BackboneDescription& backbone, const VggOptions& options);

}  // namespace roiflow
