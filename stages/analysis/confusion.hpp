/// Confusion matrix of an object detector: which category was taken for which.
///
/// The rule. Detections of an image, highest score first and at most the limit of each category,
/// each take the free object of largest overlap, of any category, that reaches IoU 0.5; of equal
/// overlaps one of the detection's own category, then the first annotated. A detection that took
/// nothing counts as found in the background, unless at least half of it lies in a crowd of its own
/// category: then it does not count. Because better detections choose first, leaving out those
/// below some score changes nothing for the others, so one pass gives the matrix for every
/// threshold.
///
/// Others do it otherwise. ultralytics: pairs in descending order of IoU instead of score, above
/// IoU 0.45, from score 0.25 on, rows are predictions. supervision: pairs of the right category
/// first, then by IoU. Both know no crowds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/analysis/image_regions.hpp"

namespace roiflow {

inline constexpr double confusion_iou = 0.5;

/// Fills `took` of the detections of one image, which are in descending order of score.
void take_over_all_categories(std::span<DetectionRecord> detections, const ImageOverlaps& overlaps,
                              std::span<const Region> objects);

/// A matrix of zeros for `labels`.
[[nodiscard]] ConfusionMatrix empty_confusion(std::vector<std::string> labels,
                                              double score_threshold);

/// Adds one image: its detections of at least the matrix' score threshold, and its objects.
void add_image(ConfusionMatrix& matrix, const ImageAnalysisRecord& image);

}  // namespace roiflow
