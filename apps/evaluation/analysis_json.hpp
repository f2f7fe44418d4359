/// The analysis as JSON: what stands beside the references' numbers under metrics.<type>.
///
///   per_class    name: {category_id, AP, AP50, AP75, ground_truths, detections, true_positives,
///                best {score, precision, recall, f1}, AP_ties, AP_confidence,
///                curves [{iou_threshold, recall, precision, score}]}
///   overall      {score, precision, recall, f1}: one score for all classes
///   confusion    {iou_threshold, score_threshold, labels, counts [K + 1][K + 1]}
///   errors       {iou_threshold, background_threshold, AP, main [{name, loss, count}], special}
///   ties         {AP}: the lowest and the highest
///   bootstrap    {samples, confidence, AP, AP50}; only if asked for
///   conventions  [{name, description, AP, AP50, AP75}]
///   images       [{image_id, true_positives, false_positives, misses}]: the worst
///
/// An interval is [low, high]. What does not exist is null here, where the COCO API's own numbers
/// say -1. confusion and errors are left out for keypoints. Two classes of one name get " (ID)"
/// behind it.
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/comparison.hpp"

namespace roiflow {

struct AnalysisJsonOptions {
  bool curves = true;             ///< precision and recall of every class
  std::size_t most_images = 100;  ///< of the list of images
};

[[nodiscard]] nlohmann::ordered_json analysis_json(const Analysis& analysis,
                                                   const AnalysisJsonOptions& options = {});

/// images, only_a, only_b, bootstrap_samples; AP and AP50 {a, b, difference, confidence}; per_class
/// name: {category_id, AP, AP50}; changed [{image_id, a, b}].
[[nodiscard]] nlohmann::ordered_json comparison_json(const Comparison& comparison,
                                                     std::size_t most_images = 100);

}  // namespace roiflow
