/// D2Go's detectors (detectron2's parts on an FBNet) in the names and conventions of this project.
///
/// Names. What wraps the detector ("model.model.") goes; the trunk keeps its names; then
///   proposal_generator.rpn_head.rpn_feature.0.           -> rpn.head.blocks.
///   proposal_generator.rpn_head.rpn_regressor.           -> rpn.head.
///   roi_heads.box_head.roi_box_conv.0.                   -> roi_heads.box_head.blocks.
///   roi_heads.mask_head.feature_extractor.0.             -> roi_heads.mask_head.blocks.
///   roi_heads.mask_head.predictor.                       -> roi_heads.mask_predictor.
/// Conventions. detectron2 counts the background as the last class and has no deltas and no mask
/// for it; ours is label 0, as torchvision's. So the last row of cls_score moves to the front,
/// bbox_pred gets four rows of zeros and mask_fcn_logits one row of zeros in front.
/// Dropped, and listed as ignored: what a description says better (pixel_mean, pixel_std, the cell
/// anchors, coco_idx).
///
/// Source: the module paths of d2go's exported models; detectron2 FastRCNNOutputLayers.
#pragma once

#include <string>
#include <string_view>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Whether these are the tensors of such a detector.
bool is_d2go(const Weights& weights);

/// Our name; a name that is not in the table only loses its wrappers.
std::string d2go_name(std::string_view name);

/// Throws Error{bad_data} if two tensors would get the same name, or the heads' rows do not fit.
void convert_d2go(ImportedWeights& imported, const std::string& source);

}  // namespace roiflow
