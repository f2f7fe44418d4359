/// What a model's description means for the rooms that a detector is made of, whatever device it
/// runs on; and how what was found becomes detections of the data set.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/anchors/anchors.hpp"
#include "stages/core/image.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/detector/region_pool.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/model/model_description.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {

[[nodiscard]] AnchorParams anchor_params(const ModelDescription& d);
[[nodiscard]] ProposalParams proposal_params(const ModelDescription& d);
[[nodiscard]] BoxResultParams box_result_params(const ModelDescription& d);
[[nodiscard]] RegionPoolParams box_pool_params(const ModelDescription& d);
[[nodiscard]] RegionPoolParams mask_pool_params(const ModelDescription& d);

/// The data set's id of each of the network's labels.
using CategoryIds = std::vector<std::int64_t>;
[[nodiscard]] CategoryIds category_ids(const ModelDescription& d);

/// Boxes of the resized image as detections of the original one, without masks.
[[nodiscard]] ImageDetections without_masks(const CategoryIds& categories,
                                            std::span<const ScoredBox> boxes,
                                            const ImageGeometry& geometry);

}  // namespace roiflow
