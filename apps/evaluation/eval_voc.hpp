/// `eval --metric voc07` and `voc10`.
#pragma once

#include "apps/options.hpp"
#include "apps/report/report.hpp"

namespace roiflow {

/// --voc-overlap and --voc-grid.
void add_voc_options(Options& options);

/// Evaluates, prints the table and fills the report.
void evaluate_as_voc(const ParsedOptions& options, Report& report);

}  // namespace roiflow
