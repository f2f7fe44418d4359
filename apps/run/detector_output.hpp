/// What a detector's run puts into its directory, written while the run goes on and published at
/// its end.
///
///   predictions.h5      everything found, in data-set order
///   results.bbox.json   COCO results; results.segm.json if the model makes masks
///
/// consume() is the graph's sink: every image once, in order, one at a time. Nothing appears under
/// its final name before publish(); memory does not grow with the images but for the compact match
/// and analysis records, a few dozen bytes a detection.
#pragma once

#include <filesystem>
#include <vector>

#include "apps/report/report.hpp"
#include "graph/token.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/analysis/collector.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/evaluation_types.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {

class DetectorOutput {
 public:
  struct Settings {
    std::filesystem::path directory;
    bool masks = false;  ///< the model makes masks
    EvaluationTypes evaluate;
  };

  /// The directory must exist. Throws Error{cannot_create} before any work is done if it cannot be
  /// written.
  DetectorOutput(const Settings& settings, const DatasetReader& data);

  void consume(const Token<Evaluated>& token);

  /// Makes the files appear; once.
  void publish();

  /// The accuracy over everything consumed and what it is made of, and what was counted on the way.
  void summarise(Report& report) const;

 private:
  struct Evaluation {
    IouType type;
    Accumulator accumulator;
    AnalysisCollector analysis;
  };
  void count(const Token<Evaluated>& token);

  Settings settings_;
  std::vector<Category> categories_;
  PredictionsWriter predictions_;
  std::vector<ResultsWriter> results_;
  std::vector<Evaluation> evaluations_;
  Distributions counts_;
  std::int64_t detections_ = 0;
};

}  // namespace roiflow
