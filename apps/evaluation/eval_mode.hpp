/// What `eval` is asked to do, and which of its options belong to that.
#pragma once

#include "apps/options.hpp"

namespace roiflow {

enum class EvalMode {
  coco,
  coco_merge,    ///< --merge
  coco_compare,  ///< --compare
  voc,
  fcn,
  fcn_merge,
  losses,  ///< --losses
};

/// By --metric, --merge, --compare and --losses. Error{usage} for a metric that is none, and for an
/// option that would have no effect.
[[nodiscard]] EvalMode eval_mode(const ParsedOptions& options);

}  // namespace roiflow
