/// What turns a stored evaluation into a report: the parts that `eval` has and `run` has not.
#pragma once

#include "apps/evaluation/coco_evaluation.hpp"
#include "apps/report/report.hpp"

namespace roiflow {

/// Draws the images with most errors by report.types and fills their names; where the ground truth
/// is JSON, the section says that there are no pixels. Reads both files again, image by image:
/// errors are those of the readers.
void add_stored_overlays(Report& report, const EvaluationFiles& files);

}  // namespace roiflow
