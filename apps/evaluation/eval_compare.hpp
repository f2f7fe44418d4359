/// `eval --compare A B`: two files of detections against the same ground truth.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "apps/options.hpp"
#include "stages/analysis/comparison.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

struct TypeComparison {
  IouType type = IouType::bbox;
  Comparison comparison;
};

/// For each --iou-type, or what A was made for. Error{usage} unless two files are given; errors of
/// evaluate_coco and compare.
[[nodiscard]] std::vector<TypeComparison> compare_detections(const ParsedOptions& options);

}  // namespace roiflow
