/// A model's description: the numbers that turn the builders of this room into one model.
///
/// Read from INI text (configs/*.ini hold commented examples of every kind; a model file carries
/// its text along). Defaults are those of torchvision 0.14's maskrcnn_resnet50_fpn and
/// fasterrcnn_resnet50_fpn; for a VGG backbone and an FCN those of the papers. Lengths are pixels
/// of the resized network input; lists are separated by commas, the levels of `anchors.sizes` by
/// semicolons.
///
/// Errors: parse_model_description throws Error{usage} that names `label` (the file the text came
/// from) and the key: unknown key, a key without effect for this kind of model, wrong type, value
/// out of range, missing key.
///
/// Example: parse_model_description("[model]\nname = m\nkind = faster_rcnn\nclasses = 91\n",
///          "m.ini") is torchvision's fasterrcnn_resnet50_fpn with freshly made batch norm.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "stages/model/backbone_description.hpp"
#include "stages/model/detector_description.hpp"
#include "stages/model/fcn_description.hpp"

namespace roiflow {

enum class ModelKind { fast_rcnn, faster_rcnn, mask_rcnn, fcn };

struct PreprocessDescription {
  std::string mode = "torchvision";
  int min_size = 800;   ///< shorter side after resizing; 0: as it is, which is an FCN's default
  int max_size = 1333;  ///< longer side after resizing, at most (not of d2go)
  std::array<float, 3> mean{0.485F, 0.456F, 0.406F};  ///< in the mode's channel order and scale
  std::array<float, 3> std{0.229F, 0.224F, 0.225F};
  int size_divisible = 32;  ///< height and width are padded to a multiple; an FCN's are not (1)
};

struct ModelDescription {
  std::string name;
  ModelKind kind = ModelKind::mask_rcnn;
  int classes = 0;                         ///< labels 0 .. classes - 1; label 0 is background
  std::vector<std::int64_t> category_ids;  ///< data-set id of labels 1, 2, ...; empty: label = id

  PreprocessDescription preprocess;
  BackboneDescription backbone;
  FpnDescription fpn;
  AnchorDescription anchors;
  RpnDescription rpn;
  ProposalDescription proposals;
  BoxHeadDescription box;
  MaskHeadDescription mask;  ///< used if kind is mask_rcnn
  FcnDescription fcn;        ///< used if kind is fcn

  /// The data set's id (a segmenter's value) of a label; that of the background is 0.
  [[nodiscard]] std::int64_t category_id(int label) const;
  [[nodiscard]] bool is_detector() const { return kind != ModelKind::fcn; }
  [[nodiscard]] bool has_rpn() const {
    return is_detector() && proposals.source == ProposalSource::rpn;
  }
  /// Feature levels that the trunk gives.
  [[nodiscard]] int levels() const;
  /// Of these, the levels that regions are cut from.
  [[nodiscard]] int pooled_levels() const;
  /// Anchors per position; the same for every level.
  [[nodiscard]] int anchors_per_position() const {
    return static_cast<int>(anchors.sizes.front().size() * anchors.aspect_ratios.size());
  }
};

ModelDescription parse_model_description(const std::string& text, const std::string& label);

}  // namespace roiflow
