/// The per-class table, and the images in which most is wrong.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/analysis/match_lists.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

/// Names of the K categories of an evaluation, by rank; "all" if they are one.
[[nodiscard]] std::vector<std::string> class_names(const EvaluationParams& params,
                                                   std::span<const Category> categories);

/// [K] what the arrays alone tell, by the names given: AP, AP50, AP75 (-1 where 0.5 or 0.75 was not
/// evaluated) and the curves at those of `curve_thresholds` that were, of classes with ground
/// truth; size "all", highest limit.
[[nodiscard]] std::vector<ClassAnalysis> class_precisions(const EvaluationParams& params,
                                                          std::span<const std::string> names,
                                                          const EvaluationArrays& arrays,
                                                          std::span<const double> curve_thresholds);

/// [K] without intervals: class_precisions with curves at 0.5 and 0.75, counts, best scores.
[[nodiscard]] std::vector<ClassAnalysis> class_table(const EvaluationParams& params,
                                                     std::span<const Category> categories,
                                                     const EvaluationArrays& arrays,
                                                     const MatchLists& lists);

/// [K] the best score of each class at IoU 0.5; of a class that has none, that of all together; 0
/// if that does not exist either.
[[nodiscard]] std::vector<double> operating_scores(const EvaluationParams& params,
                                                   std::span<const CategoryList> lists);

/// Right, wrong and missed in every image, at IoU 0.5 and from `scores[k]` on; in the order given.
[[nodiscard]] std::vector<ImageErrors> image_errors(
    const EvaluationParams& params, std::span<const std::int64_t> image_ids,
    std::span<const ImageAnalysisRecord* const> images, std::span<const double> scores);

}  // namespace roiflow
