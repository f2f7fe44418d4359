/// The files of a run directory, written while the run goes on and published at its end.
///
///   predictions.h5      everything found, in data-set order
///   results.bbox.json   COCO results; results.segm.json if the model makes masks
///   errors.jsonl        one line a failed image; always there
///
/// consume() is the graph's sink: every image once, in order, one at a time. Nothing appears under
/// its final name before publish(); memory does not grow with the images but for the compact match
/// and analysis records, a few dozen bytes a detection.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "apps/report/report.hpp"
#include "graph/token.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/pending_file.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/analysis/collector.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/evaluation_types.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {

class RunOutput {
 public:
  struct Settings {
    std::filesystem::path directory;
    bool masks = false;  ///< the model makes masks
    EvaluationTypes evaluate;
  };

  /// Makes the directory if need be. Throws Error{cannot_create} before any work is done if it
  /// cannot be written.
  RunOutput(const Settings& settings, const DatasetReader& data);

  void consume(const Token<Evaluated>& token);

  /// Makes errors.jsonl appear; once.
  void publish_errors();
  /// Makes the other files appear; once.
  void publish();

  /// The accuracy over everything consumed and what it is made of, what was counted on the way, and
  /// the failures.
  void summarise(Report& report) const;
  [[nodiscard]] std::int64_t failures() const { return failures_; }
  /// File and reason; "" if nothing failed.
  [[nodiscard]] std::string first_failure() const;

 private:
  struct Evaluation {
    IouType type;
    Accumulator accumulator;
    AnalysisCollector analysis;
  };
  void record_failure(const Token<Evaluated>& token);
  void count(const Token<Evaluated>& token);

  Settings settings_;
  std::vector<Category> categories_;
  PredictionsWriter predictions_;
  std::vector<ResultsWriter> results_;
  PendingFile errors_file_;
  std::ofstream errors_;
  std::vector<Evaluation> evaluations_;
  Distributions counts_;
  std::vector<FailedImage> failed_;
  std::int64_t failures_ = 0;
  std::int64_t detections_ = 0;
};

}  // namespace roiflow
