/// What proposals cost: the region proposal network beside Selective Search, on the same images.
///
/// Ren et al. 2015 replaced the one by the other because of this ratio. Both are measured on one
/// core, image by image; the network's time is that of its head (which shares all other features
/// with the detector) and of what makes boxes of the head's output.
#pragma once

#include <cstdint>

#include "io/dataset/dataset.hpp"
#include "stages/decode/decode_limits.hpp"
#include "stages/detector/detector.hpp"

namespace roiflow {

/// Seconds an image; medians over `images`.
struct ProposalTimes {
  std::int64_t images = 0;
  double rpn_head = 0;          ///< its convolutions
  double rpn_boxes = 0;         ///< decoding, suppression, choice
  double selective_search = 0;  ///< fast mode, at the image's own size
};

/// The first few of the data set's images. `stages` must have a region proposal network.
ProposalTimes measure_proposals(const DatasetReader& data, const DetectorStages& stages,
                                std::int64_t most_images, const DecodeLimits& decode);

}  // namespace roiflow
