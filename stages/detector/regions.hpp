/// The regions that Fast R-CNN classifies: found by Selective Search, or chosen from those that
/// came with the data set. Private to this room.
#pragma once

#include <functional>
#include <span>

#include "stages/core/annotation.hpp"
#include "stages/core/image.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/model/detector_description.hpp"

namespace roiflow {

/// For a description whose source is not the network itself. Boxes are clipped to the image; of
/// the data set's, best first, those with a side < min_side are left out.
std::function<ProposedImage(const Image&, std::span<const Proposal>)> make_find_regions(
    const ProposalDescription& description);

}  // namespace roiflow
