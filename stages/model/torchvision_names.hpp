/// Tensor names of older torchvision releases, in today's spelling.
///
/// The published COCO weights were saved before torchvision 0.13 and say "rpn.head.conv.weight",
/// "backbone.fpn.inner_blocks.0.weight", "roi_heads.mask_head.mask_fcn1.weight"; since then it is
/// "rpn.head.conv.0.0.weight", "backbone.fpn.inner_blocks.0.0.weight",
/// "roi_heads.mask_head.0.0.weight" (torchvision renames while loading, by _version).
#pragma once

#include <string>
#include <string_view>

#include "stages/model/weights.hpp"

namespace roiflow {

/// Today's name; a name that is today's already comes back unchanged.
std::string current_torchvision_name(std::string_view name);

/// Renames all, and drops the counters "*.num_batches_tracked", which inference never reads.
/// Throws Error{bad_data} if two tensors get the same name.
Weights with_current_torchvision_names(Weights weights);

}  // namespace roiflow
