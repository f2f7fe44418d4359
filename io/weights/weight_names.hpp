/// One form for the names of torchvision's detection weights.
///
/// torchvision 0.13 wrapped some convolutions into blocks, so the same tensor has two names:
///   backbone.fpn.inner_blocks.0.weight   -> backbone.fpn.inner_blocks.0.0.weight
///   rpn.head.conv.weight                 -> rpn.head.conv.0.0.weight
///   roi_heads.mask_head.mask_fcn1.weight -> roi_heads.mask_head.0.0.weight
/// The newer form is ours. Also dropped: a "module." that DataParallel puts before every name, and
/// the counters "*.num_batches_tracked", which only training reads.
///
/// The scales of integers follow: those of a tensor have its name, those of a module's result the
/// name of the module that holds its weight now ("rpn.head.conv" -> "rpn.head.conv.0.0").
///
/// Source: _load_from_state_dict in torchvision's ops/feature_pyramid_network.py and
/// models/detection/{rpn,mask_rcnn}.py.
#pragma once

#include <string>
#include <string_view>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// The newer name; a name that never changed is returned as it is.
std::string canonical_weight_name(std::string_view name);

/// Renames tensors and scales. Throws Error{bad_data} if two would get the same name.
void make_names_canonical(ImportedWeights& imported, const std::string& source);

}  // namespace roiflow
