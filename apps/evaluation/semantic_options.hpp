/// The command-line options of semantic evaluation, for `eval --metric fcn`. The paths are `--gt`
/// and
/// `--dt`, which belong to the command.
#pragma once

#include "apps/evaluation/semantic_evaluation.hpp"
#include "apps/options.hpp"

namespace roiflow {

/// --absent-classes, --ignore-label, --classes.
void add_semantic_options(Options& options);

/// Error{usage} for a value that is none.
[[nodiscard]] SemanticOptions semantic_options(const ParsedOptions& options);

}  // namespace roiflow
