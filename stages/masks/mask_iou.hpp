/// Intersection over union as the COCO evaluation computes it (bbIou and rleIou of pycocotools'
/// maskApi.c), in double and in its order of operations: results are equal to the last bit.
///
///   detections    [D] boxes x y width height, or masks
///   ground truth  [G] boxes x y width height, or masks, and a crowd flag each
///   out           [D, G] row-major, 0 .. 1
///
/// Against a crowd region the denominator is the detection's own area, so that a detection that
/// lies wholly inside the crowd gets 1. Widths have no "+1"; boxes that touch overlap by 0.
/// Example: detection 0 0 2 2, ground truth 1 0 2 2: 2 / 6; as a crowd 2 / 4.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/detection.hpp"

namespace roiflow {

/// A ground-truth box or mask may be a crowd: a region that stands for any number of objects.
[[nodiscard]] double box_iou(const std::array<double, 4>& detection,
                             const std::array<double, 4>& ground_truth, bool crowd);

/// A mask with what is needed of it again and again; the Rle must outlive it.
struct MeasuredMask {
  explicit MeasuredMask(const Rle& mask);
  const Rle* rle;
  std::array<double, 4> box;  ///< bounding_box(rle)
  std::uint32_t area;         ///< pixels
};

/// Masks whose bounding boxes do not overlap give 0 uncounted; masks of different sizes whose boxes
/// do overlap give -1, which never matches. The runs must be valid (see check() in rle.hpp).
[[nodiscard]] double mask_iou(const MeasuredMask& detection, const MeasuredMask& ground_truth,
                              bool crowd);

}  // namespace roiflow
