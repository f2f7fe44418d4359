/// Evaluation of stored detections by PASCAL VOC's rules: from files to numbers and table.
///
/// Objects and detections pass through VOC's corners (stages/voc/voc_match.hpp). A crowd region of
/// COCO counts as a difficult object. Between equal confidences the order of images in the ground
/// truth decides, then the order in the file; for VOC's results files, the order of lines.
///
/// Errors: those of the readers; Error{bad_data} if a detection names an image that the ground
/// truth does not have.
///
/// Example:
///   const GroundTruth truth("voc2007_test.h5");
///   const VocOptions options{.metric = VocMetric::voc07};
///   const auto done = evaluate_voc(truth, StoredDetections("predictions.h5"), options, progress);
///   std::cout << voc_table(done);
///   report.voc = done.metrics;
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "apps/evaluation/stored_evaluation.hpp"
#include "io/voc/voc_results.hpp"
#include "stages/voc/voc_accumulator.hpp"

namespace roiflow {

struct VocOptions {
  VocMetric metric = VocMetric::voc07;
  VocGrid grid = VocGrid::matlab;
  VocRule rule;
};

struct VocEvaluation {
  VocMetrics metrics;
  std::int64_t images = 0;    ///< evaluated
  std::int64_t left_out = 0;  ///< of the ground truth: failed in the run, or not reached by it
  std::int64_t detections = 0;
};

/// `progress` is called with the number of images done. Matching runs in parallel; the numbers do
/// not depend on it.
[[nodiscard]] VocEvaluation evaluate_voc(const GroundTruth& truth,
                                         const StoredDetections& detections,
                                         const VocOptions& options,
                                         const std::function<void(std::int64_t)>& progress);

/// Detections of VOC's results files; images are known there by the file name without its ending.
[[nodiscard]] VocEvaluation evaluate_voc(const GroundTruth& truth, const VocResults& detections,
                                         const VocOptions& options,
                                         const std::function<void(std::int64_t)>& progress);

/// For people: a line a class, then the mean and over how many classes it is.
[[nodiscard]] std::string voc_table(const VocEvaluation& evaluation);

}  // namespace roiflow
