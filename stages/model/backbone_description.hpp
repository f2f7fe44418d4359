/// The part of a model's description that says how features are made: backbone and pyramid.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/model/inverted_residual.hpp"

namespace roiflow {

enum class BackboneKind { resnet, vgg, fbnet };
enum class ResidualBlock { basic, bottleneck };

struct BackboneDescription {
  BackboneKind kind = BackboneKind::resnet;

  // resnet
  std::vector<int> blocks{3, 4, 6, 3};  ///< residual blocks in layer1, layer2, ...
  ResidualBlock block = ResidualBlock::bottleneck;
  int stem_channels = 64;  ///< of resnet and fbnet
  int width = 64;          ///< planes of layer1; every further layer has twice as many
  double batch_norm_eps = 1e-5;
  int dilated_layers = 0;  ///< so many of the last layers dilate instead of taking strides

  // vgg
  std::vector<int> convs{2, 2, 3, 3, 3};  ///< 3x3 convolutions in stage 1, 2, ...
  std::vector<int> channels{64, 128, 256, 512, 512};

  // fbnet
  std::vector<InvertedStage> inverted;  ///< behind a 3x3 convolution of stride 2
};

enum class FpnKind { pyramid, none };

struct FpnDescription {
  FpnKind kind = FpnKind::pyramid;  ///< none: the backbone's last map is the only level
  int channels = 256;
  bool extra_level = true;  ///< one more level: every second pixel of the coarsest ("pool")
  bool batch_norm = false;  ///< behind every convolution, instead of its bias
};

}  // namespace roiflow
