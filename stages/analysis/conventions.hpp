/// The same matches, counted by other programs' rules: why two tools give two APs.
///
/// Every row differs from pycocotools in one rule only, is about all sizes and the highest limit,
/// and is computed from the records of the one matching. AP is the mean over all thresholds,
/// classes and (where the rule has them) recalls, AP50 and AP75 those at IoU 0.50 and 0.75; -1
/// where that was not evaluated. Rules that need another matching or other limits of detections are
/// not here: what LVIS does (the best 300 of an image, negative categories) cannot be told from the
/// best 100 a category.
#pragma once

#include <span>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/analysis/match_lists.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

/// `lists` and `images` are the same ones, images in ascending order of their ids.
[[nodiscard]] std::vector<ConventionRow> conventions(
    const EvaluationParams& params, const MatchLists& lists,
    std::span<const ImageAnalysisRecord* const> images);

}  // namespace roiflow
