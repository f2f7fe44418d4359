/// The part of a model's description that says how a fully convolutional network ends.
#pragma once

namespace roiflow {

enum class FcnHead {
  skip,        ///< Long et al. 2015 on VGG: scores at 1/32, fused with those of finer maps
  torchvision  ///< one head of two convolutions on a dilated ResNet
};

struct FcnDescription {
  FcnHead head = FcnHead::skip;

  // skip
  int stride = 8;         ///< of the finest scores: 32, 16 or 8 (FCN-32s, -16s, -8s)
  int padding = 100;      ///< of the first convolution, so that the corners are covered
  int kernel = 7;         ///< of fc6
  int hidden = 4096;      ///< channels of fc6 and fc7
  float pool4_scale = 1;  ///< pool4 is multiplied by this before it is scored
  float pool3_scale = 1;

  // torchvision
  int hidden_divisor = 4;  ///< hidden channels = backbone channels / this
};

}  // namespace roiflow
