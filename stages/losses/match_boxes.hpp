/// Matching: which object of the ground truth every anchor or proposal stands for in training.
///
///   truth    [G] boxes, and boxes [N], in the same pixels
///   out      [N]: index of an object, or not_matched, or undecided
///
/// Each box takes the object that it overlaps most; of equal overlaps the first object. IoU >= high
/// is a match, IoU < low is background, between the two the box is undecided. With
/// `keep_best`, every object's best boxes (all of them, if several overlap it equally) are matched
/// to the object that *they* overlap most, however little that is. An object that overlaps no box
/// at all has all boxes for its best ones: then everything is matched. Two boxes without area
/// overlap by NaN, which counts as a match. Without objects everything is background.
///
/// Reference: torchvision.models.detection._utils.Matcher on torchvision.ops.box_iou, float32: the
/// same decisions. The N x G table is never stored; it is computed twice with keep_best.
/// Example: truth {0 0 10 10}; boxes {0 0 10 8}, {0 0 10 5}, {0 0 10 2}: 0, undecided, not_matched.
#pragma once

#include <span>
#include <vector>

#include "stages/core/box.hpp"

namespace roiflow {

inline constexpr int not_matched = -1;
inline constexpr int undecided = -2;

struct MatchParams {
  float high = 0.7F;      ///< IoU, 0 .. 1
  float low = 0.3F;       ///< at most `high`
  bool keep_best = true;  ///< torchvision: allow_low_quality_matches
};

/// Throws Error{usage} if low > high.
[[nodiscard]] std::vector<int> match_boxes(std::span<const Box> truth, std::span<const Box> boxes,
                                           const MatchParams& params);

}  // namespace roiflow
