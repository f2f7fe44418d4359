/// The published results of detectors and segmenters.
///
///   predictions.h5      everything found, in data-set order
///   results.bbox.json   of a detector: COCO results; results.segm.json if it makes masks
///
/// Nothing appears under its final name before publish(); memory does not grow with the images.
#pragma once

#include <string>
#include <vector>

#include "apps/run/run_directory.hpp"
#include "apps/run/run_kind.hpp"
#include "io/coco/results_json.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {

class DetectorFiles : public RunFiles {
 public:
  DetectorFiles(const RunDirectory& directory, const std::string& identity, bool masks);
  void append(const JournalEntry& entry) override;
  void publish() override;
  std::vector<std::string> names() const override;

 private:
  PredictionsWriter predictions_;
  std::vector<ResultsWriter> results_;
};

class SegmenterFiles : public RunFiles {
 public:
  SegmenterFiles(const RunDirectory& directory, const std::string& identity);
  void append(const JournalEntry& entry) override;
  void publish() override { predictions_.close(); }
  std::vector<std::string> names() const override { return {run_file::predictions}; }

 private:
  PredictionsWriter predictions_;
};

}  // namespace roiflow
