/// A semantic evaluation as the part of a report.
#pragma once

#include "apps/evaluation/semantic_evaluation.hpp"
#include "apps/report/report.hpp"

namespace roiflow {

/// With the numbers under every convention whose reference would evaluate these maps.
[[nodiscard]] SemanticReport semantic_report(const SemanticEvaluation& evaluation);

}  // namespace roiflow
