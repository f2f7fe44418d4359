/// The numbers of one evaluation type, as all reports show them. There is one way from match
/// records to these numbers, whoever evaluates.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/core/annotation.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

struct NamedStat {
  std::string name;  ///< "AP50"
  double value = -1;
  std::string meaning;  ///< as the reference puts it: "Average Precision (AP) @[ IoU=0.50 | ..."
  double value_numpy_2_3 = -1;  ///< the same as pycocotools says it with numpy 2.3 and newer
};

struct TypeReport {
  std::string type;  ///< "bbox", "segm" or "keypoints"
  bool class_agnostic = false;
  std::vector<NamedStat> stats;  ///< in the reference's order; none for fewer than three limits of
                                 ///< detections
  /// The classes always have name, AP and curves; the rest is there if it was computed.
  Analysis analysis;
};

/// Headline numbers, and of each class AP, AP50, AP75 and the curves at those IoU thresholds among
/// 0.50, 0.75 and 0.90 that were evaluated. A class-agnostic evaluation has one class, "all
/// categories". Throws Error{bad_data} as Accumulator::accumulate.
[[nodiscard]] TypeReport type_report(const Accumulator& accumulator, IouType type,
                                     std::span<const Category> categories);

/// The same from arrays that are already there, with an analysis of the same matches.
[[nodiscard]] TypeReport type_report(const EvaluationParams& params, const EvaluationArrays& arrays,
                                     IouType type, Analysis analysis);

/// Without an analysis: only what the arrays tell of the classes.
[[nodiscard]] TypeReport type_report(const EvaluationParams& params, const EvaluationArrays& arrays,
                                     IouType type, std::span<const Category> categories);

/// The leading types whose numbers have the same names: they can share a table.
[[nodiscard]] std::span<const TypeReport> same_stats(std::span<const TypeReport> types);

}  // namespace roiflow
