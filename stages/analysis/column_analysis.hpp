/// The analysis of whole files' worth of columns, beside their evaluation.
///
/// Example: ColumnAnalysis analysis(params, type, truth, results);
///          EvaluationHooks hooks;
///          hooks.matched = [&](std::size_t i, const ImageMatches& m) { analysis.add(i, m); };
///          const auto arrays = evaluate_columns(params, type, truth, results, hooks).accumulate();
///          analysis.collect().finish(arrays, categories, {});
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "stages/analysis/collector.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/evaluate/evaluation_columns.hpp"

namespace roiflow {

class ColumnAnalysis {
 public:
  /// Everything must outlive it.
  ColumnAnalysis(const EvaluationParams& params, IouType type, const TruthColumns& truth,
                 const ResultColumns& results)
      : params_(&params),
        type_(type),
        truth_(&truth),
        results_(&results),
        records_(truth.image_ids.size()) {}

  /// Each image at most once; different ones at the same time. Throws as analyse_image.
  void add(std::size_t image, const ImageMatches& matches) {
    records_[image] = analyse_image(*params_, type_, *truth_, *results_, image, matches);
  }

  /// All that were added; once.
  [[nodiscard]] AnalysisCollector collect() {
    AnalysisCollector collector(*params_);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (records_[i]) collector.append(truth_->image_ids[i], std::move(*records_[i]));
    }
    records_.clear();
    return collector;
  }

 private:
  const EvaluationParams* params_;
  IouType type_;
  const TruthColumns* truth_;
  const ResultColumns* results_;
  std::vector<std::optional<ImageAnalysisRecord>> records_;
};

}  // namespace roiflow
