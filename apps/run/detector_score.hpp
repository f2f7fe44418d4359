/// The accuracy of a detector and what it is made of, summed up image by image. Memory does not
/// grow with the images but for the compact match and analysis records, a few dozen bytes a
/// detection.
#pragma once

#include <cstdint>
#include <vector>

#include "apps/report/report.hpp"
#include "graph/token.hpp"
#include "stages/analysis/collector.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/evaluation_types.hpp"

namespace roiflow {

class DetectorScore {
 public:
  /// `masks`: the model makes masks; areas are theirs then.
  DetectorScore(const std::vector<Category>& categories, const EvaluationTypes& types, bool masks);

  /// Every image once, in order.
  void add(const Token<Evaluated>& token);

  void summarise(Report& report) const;

 private:
  struct Evaluation {
    IouType type;
    Accumulator accumulator;
    AnalysisCollector analysis;
  };
  void count(const Token<Evaluated>& token);

  std::vector<Category> categories_;
  IouType area_type_;
  std::vector<Evaluation> evaluations_;
  Distributions counts_;
  std::int64_t detections_ = 0;
};

}  // namespace roiflow
