/// The pictures of a report about stored detections.
#pragma once

#include "apps/evaluation/coco_evaluation.hpp"
#include "apps/report/report.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

/// Draws the images with most errors of the last type in the report, if the ground truth is a data
/// set with images; otherwise the report says why there are no pictures. Names the images.
void draw_worst_images(Report& report, const EvaluationFiles& files, IouType type,
                       const DecodeLimits& decode);

}  // namespace roiflow
