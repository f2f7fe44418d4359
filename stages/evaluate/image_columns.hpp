/// One image as columns: how annotations and detections that are at hand as records come to the
/// same matching and analysis as whole files do.
///
/// Example: const ImageColumns image = image_columns(params, type, annotations, found, 480, 640);
///          ImageMatcher(params, type).match(matches, image.truth, image.results, 0);
#pragma once

#include <span>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"
#include "stages/evaluate/detection_result.hpp"
#include "stages/evaluate/evaluation_columns.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

struct ImageColumns {
  TruthColumns truth;
  ResultColumns results;
};

/// `height` and `width` are the original image's. Throws Error{usage} for keypoints, which these
/// records do not hold; Error{bad_data} if a detection to be compared by its mask has none.
[[nodiscard]] ImageColumns image_columns(const EvaluationParams& params, IouType type,
                                         std::span<const Annotation> annotations,
                                         std::span<const Detection> detections, int height,
                                         int width);
[[nodiscard]] ImageColumns image_columns(const EvaluationParams& params, IouType type,
                                         std::span<const Annotation> annotations,
                                         std::span<const DetectionResult> detections, int height,
                                         int width);

}  // namespace roiflow
