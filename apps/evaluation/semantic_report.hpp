/// What a report tells of a stored semantic evaluation.
#pragma once

#include "apps/evaluation/semantic_evaluation.hpp"
#include "apps/report/report.hpp"

namespace roiflow {

/// Fills report.semantic, the counts of images, and those that failed or have no prediction.
void add_semantic(Report& report, const SemanticEvaluation& evaluation);

}  // namespace roiflow
