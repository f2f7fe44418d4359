/// What the runs of detectors and segmenters have in common: the inputs, and how a run ends.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "apps/load_model.hpp"
#include "apps/log.hpp"
#include "apps/report/report.hpp"
#include "apps/run/failure_log.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"

namespace roiflow {

struct RunJob {
  const DatasetReader& data;
  const LoadedModel& model;
  std::string command;  ///< as typed
  std::string model_path;
  std::filesystem::path directory;
  std::int64_t images = 0;  ///< the first so many
  bool evaluate = true;
  bool quiet = false;
  GraphLimits limits;
  Trace* trace = nullptr;  ///< or null
  Log log;
};

/// Both run everything and return the exit code of the program.
int run_detector_job(const RunJob& job);
int run_segmenter_job(const RunJob& job);

/// What a job does of its own when all images are through.
struct RunEnding {
  std::function<void()> publish;           ///< makes its files appear
  std::function<void(Report&)> summarise;  ///< accuracy and pictures; may read the files
};

/// Publishes errors.jsonl, then, unless every image failed (Error{bad_data}, or Error{device} if
/// one was lost), the other files, and writes and prints the reports. Returns the exit code: that
/// of ErrorCode::device if a device was lost half-way.
int end_run(const RunJob& job, const RunReport& run, FailureLog& failures, const RunEnding& ending);

/// A line of the log for one image; `found`: what there is to say of a good one.
template <class T>
void log_image(const Log& log, const Token<T>& token, const std::string& found) {
  const ImageRecord& image = token.source().record;
  if (token.ok()) {
    log.debug("image {} ({}): {}", image.id, image.file_name, found);
  } else {
    log.info("image {} ({}) failed in {}: {}", image.id, image.file_name, token.failure().stage,
             token.failure().message);
  }
}

}  // namespace roiflow
