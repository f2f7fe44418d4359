/// A detector's description: the numbers that turn the builders of this room into one model.
///
/// Read from INI text (configs/*.ini hold commented examples; a model file carries its text along).
/// Defaults are those of torchvision 0.14's maskrcnn_resnet50_fpn / fasterrcnn_resnet50_fpn.
/// Lengths are pixels of the resized network input; lists are separated by commas, the levels of
/// `anchors.sizes` by semicolons.
///
/// Errors: parse_model_description throws Error{usage} that names `label` (the file the text came
/// from) and the key: unknown key, wrong type, value out of range, missing key.
///
/// Example: parse_model_description("[model]\nname = m\nkind = faster_rcnn\nclasses = 91\n",
///          "m.ini") is torchvision's fasterrcnn_resnet50_fpn with freshly made batch norm.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

enum class ModelKind { faster_rcnn, mask_rcnn };
enum class ResidualBlock { basic, bottleneck };

struct ModelDescription {
  std::string name;
  ModelKind kind = ModelKind::mask_rcnn;
  int classes = 0;                         ///< labels 0 .. classes - 1; label 0 is background
  std::vector<std::int64_t> category_ids;  ///< data-set id of labels 1, 2, ...; empty: label = id

  struct Preprocess {
    std::string mode = "torchvision";
    int min_size = 800;                                 ///< shorter side after resizing
    int max_size = 1333;                                ///< longer side after resizing, at most
    std::array<float, 3> mean{0.485F, 0.456F, 0.406F};  ///< R G B, of values scaled to 0 .. 1
    std::array<float, 3> std{0.229F, 0.224F, 0.225F};
    int size_divisible = 32;  ///< height and width are padded to a multiple
  } preprocess;

  struct Backbone {
    std::vector<int> blocks{3, 4, 6, 3};  ///< residual blocks in layer1 .. layer4
    ResidualBlock block = ResidualBlock::bottleneck;
    int stem_channels = 64;
    int width = 64;  ///< planes of layer1; every further layer has twice as many
    double batch_norm_eps = 1e-5;
  } backbone;

  struct Fpn {
    int channels = 256;
    bool extra_level = true;  ///< one more level: every second pixel of the coarsest ("pool")
  } fpn;

  struct Anchors {
    std::vector<std::vector<float>> sizes{{32}, {64}, {128}, {256}, {512}};  ///< per level
    std::vector<float> aspect_ratios{0.5F, 1.0F, 2.0F};                      ///< height / width
  } anchors;

  struct Rpn {
    int pre_nms_top_n = 1000;    ///< per level
    int post_nms_top_n = 1000;   ///< per image
    double nms_threshold = 0.7;  ///< compared in double, as torchvision does
    float min_size = 1e-3F;      ///< smaller proposals are dropped
    float score_threshold = 0;
  } rpn;

  struct BoxHead {
    int roi_bins = 7;
    int sampling_ratio = 2;
    int hidden = 1024;
    float score_threshold = 0.05F;
    double nms_threshold = 0.5;
    int detections_per_image = 100;
    std::array<float, 4> weights{10, 10, 5, 5};  ///< of dx dy dw dh, as in torchvision's BoxCoder
  } box;

  struct MaskHead {  ///< used if kind is mask_rcnn
    int roi_bins = 14;
    int sampling_ratio = 2;
    int convs = 4;
    int channels = 256;
    int predictor_channels = 256;  ///< of the 2x2 transposed convolution
    float threshold = 0.5F;        ///< a pixel belongs to the object if its probability is above
  } mask;

  [[nodiscard]] int levels() const {
    return static_cast<int>(backbone.blocks.size()) + (fpn.extra_level ? 1 : 0);
  }
  /// Anchors per position; the same for every level.
  [[nodiscard]] int anchors_per_position() const {
    return static_cast<int>(anchors.sizes.front().size() * anchors.aspect_ratios.size());
  }
};

ModelDescription parse_model_description(const std::string& text, const std::string& label);

}  // namespace roiflow
