/// `eval --metric fcn`.
#pragma once

#include "apps/evaluation/semantic_options.hpp"
#include "apps/report/report.hpp"

namespace roiflow {

/// Evaluates, prints the table and fills the report. With --merge the stored records of parts are
/// evaluated instead of files; --records stores those of this evaluation.
void evaluate_as_fcn(const ParsedOptions& options, Report& report);

}  // namespace roiflow
