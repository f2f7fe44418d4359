/// The part of a model's description that says how regions are proposed and classified.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "stages/model/inverted_residual.hpp"

namespace roiflow {

struct AnchorDescription {
  std::string convention = "torchvision";  ///< see anchors/anchors.hpp
  std::vector<std::vector<float>> sizes{{32}, {64}, {128}, {256}, {512}};  ///< per level
  std::vector<float> aspect_ratios{0.5F, 1.0F, 2.0F};                      ///< height / width
};

enum class RpnKind {
  conv,      ///< 3x3 convolutions with ReLU
  inverted,  ///< inverted residual blocks (D2Go)
};

struct RpnDescription {
  RpnKind kind = RpnKind::conv;
  int convs = 1;               ///< of conv: 3x3 convolutions before the two 1x1
  InvertedStage blocks;        ///< of inverted
  int pre_nms_top_n = 1000;    ///< per level
  int post_nms_top_n = 1000;   ///< per image
  double nms_threshold = 0.7;  ///< compared in double, as torchvision does
  float min_size = 1e-3F;      ///< smaller proposals are dropped
  float score_threshold = 0;
};

enum class ProposalSource {
  rpn,              ///< the network's own region proposal network (Faster, Mask R-CNN)
  data_set,         ///< packed with the images (Fast R-CNN)
  selective_search  ///< found in the image while the run goes on (Fast R-CNN)
};

struct ProposalDescription {
  ProposalSource source = ProposalSource::rpn;
  // of proposals from outside
  int max_count = 2000;  ///< the best so many of an image
  float min_side = 20;   ///< shorter ones are dropped; pixels of the original image
};

enum class RegionPooling {
  roi_align,          ///< torchvision's models: no half-pixel shift
  roi_align_aligned,  ///< detectron2: shifted by half a pixel
  roi_pool,           ///< Fast R-CNN: the largest value of each bin
};

enum class BoxHeadKind {
  mlp,       ///< two fully connected layers
  conv_fc,   ///< convolutions with batch norm, then one fully connected layer (torchvision's _v2)
  res5,      ///< the last layer of a ResNet on every region, then the mean (C4)
  inverted,  ///< inverted residual blocks, then the mean (D2Go)
};

struct BoxHeadDescription {
  BoxHeadKind kind = BoxHeadKind::mlp;
  RegionPooling pooling = RegionPooling::roi_align;
  int roi_bins = 7;
  int sampling_ratio = 2;
  int hidden = 1024;
  int convs = 4;            ///< of conv_fc
  int conv_channels = 256;  ///< of conv_fc
  int blocks = 3;           ///< of res5
  InvertedStage inverted;   ///< of inverted
  float score_threshold = 0.05F;
  double nms_threshold = 0.5;
  int detections_per_image = 100;
  float min_size = 1e-2F;                      ///< smaller detections are dropped
  std::array<float, 4> weights{10, 10, 5, 5};  ///< of dx dy dw dh, as in torchvision's BoxCoder
};

enum class MaskHeadKind {
  conv,      ///< 3x3 convolutions, then a 2x2 transposed one
  inverted,  ///< inverted residual blocks that enlarge on the way (D2Go)
};

struct MaskHeadDescription {
  MaskHeadKind kind = MaskHeadKind::conv;
  InvertedStage blocks;  ///< of inverted
  RegionPooling pooling = RegionPooling::roi_align;
  int roi_bins = 14;
  int sampling_ratio = 2;
  int convs = 4;
  int channels = 256;
  bool batch_norm = false;            ///< behind every 3x3 convolution, instead of its bias
  int predictor_channels = 256;       ///< of the last hidden layer
  std::string paste = "torchvision";  ///< see paste_masks/paste_masks.hpp
  float threshold = 0.5F;             ///< a pixel belongs to the object if its probability is above
};

}  // namespace roiflow
