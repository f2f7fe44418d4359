/// One run of a benchmark and the accuracy of what it found; on the CPU or on devices alike.
#pragma once

#include "apps/bench/bench_rows.hpp"
#include "graph/label_map_nodes.hpp"
#include "graph/token.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/evaluation_types.hpp"

namespace roiflow {

/// Sums up what a detector's sink gets.
class DetectionAccuracy {
 public:
  DetectionAccuracy(std::span<const Category> categories, const EvaluationTypes& evaluate);
  void consume(const Token<Evaluated>& token);
  /// "bbox AP", "segm AP".
  [[nodiscard]] std::vector<std::pair<std::string, double>> values() const;

 private:
  std::vector<std::pair<IouType, Accumulator>> sums_;
};

/// Sums up what a segmenter's sink gets.
class SegmentationAccuracy {
 public:
  void consume(const Token<Segmented>& token);
  /// "mean IU"; empty if nothing could be compared.
  [[nodiscard]] std::vector<std::pair<std::string, double>> values() const;

 private:
  std::optional<SemanticConfusion> sum_;
};

/// `run`: a DetectionRun or a BatchedDetectionRun.
template <class Run>
BenchRow detect_once(const Run& run) {
  DetectionAccuracy accuracy(run.data.categories(), run.evaluate);
  BenchRow row;
  row.run = run_detection(run, [&](const Token<Evaluated>& token) { accuracy.consume(token); });
  row.accuracy = accuracy.values();
  return row;
}

/// `run`: a SegmentationRun or a BatchedSegmentationRun.
template <class Run>
BenchRow segment_once(const Run& run) {
  SegmentationAccuracy accuracy;
  BenchRow row;
  row.run = run_segmentation(run, [&](const Token<Segmented>& token) { accuracy.consume(token); });
  row.accuracy = accuracy.values();
  return row;
}

}  // namespace roiflow
