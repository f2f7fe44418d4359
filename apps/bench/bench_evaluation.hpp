/// `bench --gt F --dt F`: times an evaluation from files to numbers, phase by phase.
#pragma once

#include <filesystem>
#include <optional>

#include "apps/evaluation/coco_evaluation.hpp"

namespace roiflow {

struct BenchEvaluation {
  EvaluationFiles files;
  IouType type = IouType::bbox;
  int repeat = 3;
  int threads = 1;
  std::optional<std::filesystem::path> json;  ///< where the figures are written as well
};

/// Prints a table: median, least and most seconds of reading the ground truth, reading the
/// detections, matching, accumulating, and all together; the numbers and the peak memory.
void bench_evaluation(const BenchEvaluation& bench);

}  // namespace roiflow
