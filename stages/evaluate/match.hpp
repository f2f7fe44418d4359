/// Matching: compares the detections of one image with its ground truth and keeps only what the
/// evaluation needs later, so that boxes and masks can be dropped at once. Equal to evaluateImg of
/// pycocotools' COCOeval in every decision.
///
///   ground truth   annotations of the image, in the order of the data set (the order decides ties)
///   detections     any order; equal scores keep the order given
///   out            ImageMatches, a few bytes a detection
///
/// The rule. Detections of a category, highest score first and at most max_detections.back() of
/// them, each take the free ground truth of largest IoU that reaches the threshold; of equal ones
/// the last. Crowds, and objects outside the area range, are only taken if nothing else fits and
/// make the detection neither right nor wrong; a crowd can be taken any number of times. A
/// detection that took nothing and lies outside the area range is ignored as well.
/// An annotation with id 0 is taken but does not count as matched, as in the COCO API.
///
/// Throws Error{bad_data} with the annotation's id if, for IouType::segm, a mask is missing or
/// malformed. Safe to call from several threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"
#include "stages/evaluate/detection_result.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

/// What became of the D detections of one category in one image, in A area ranges.
struct CategoryMatches {
  std::size_t category = 0;  ///< index into EvaluationParams::category_ids; 0 if they are one
  std::vector<std::uint32_t> ground_truths;  ///< [A] objects that are to be found
  std::vector<double> scores;                ///< [D] descending
  std::vector<std::uint64_t> matched;        ///< [A, D] bit t: took an annotation at threshold t
  std::vector<std::uint64_t> ignored;        ///< [A, D] bit t: neither right nor wrong there
};

struct ImageMatches {
  std::vector<CategoryMatches> categories;  ///< ascending; those with ground truth or detections
};

/// `height` and `width` are the original image's, for polygons.
[[nodiscard]] ImageMatches match_image(const EvaluationParams& params, IouType type,
                                       std::span<const Annotation> ground_truth,
                                       std::span<const Detection> detections, int height,
                                       int width);

[[nodiscard]] ImageMatches match_image(const EvaluationParams& params, IouType type,
                                       std::span<const Annotation> ground_truth,
                                       std::span<const DetectionResult> detections, int height,
                                       int width);

}  // namespace roiflow
