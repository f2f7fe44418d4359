/// How much of AP is chance: the lowest and highest AP over all orders of equal scores.
///
/// What is fixed: which detections are kept and what each of them matched inside its image. What
/// varies: the order in which the detections of a category with equal scores are accumulated, over
/// all images. A stable sort by image id, as the COCO API's, is one such order; an unstable one, or
/// other image ids, give others. (Equal scores inside one image also decide who matches first; that
/// is not varied.)
///
/// AP is highest if right detections come first among equal ones, and lowest if they come last;
/// each threshold is taken with its own best and worst order. So the interval encloses AP for every
/// order, and its ends are reached if what is right at one threshold is right at all lower ones,
/// which matching nearly always gives.
///
/// Example: scores .5 right, .5 wrong, one object: [0.5, 1] (but for the COCO API's epsilon).
#pragma once

#include <span>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/match_lists.hpp"

namespace roiflow {

struct TieIntervals {
  Interval ap;                    ///< the headline
  std::vector<Interval> classes;  ///< [K]
};

[[nodiscard]] TieIntervals tie_intervals(const EvaluationParams& params,
                                         std::span<const CategoryList> lists);

}  // namespace roiflow
