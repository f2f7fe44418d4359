/// What the runs of detectors and segmenters have in common: the inputs, and how a run ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/load_model.hpp"
#include "apps/log.hpp"
#include "apps/report/report.hpp"
#include "apps/run/run_directory.hpp"
#include "apps/run/run_journal.hpp"
#include "apps/run/run_kind.hpp"
#include "apps/run/run_watch.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "io/files/file_stamp.hpp"

namespace roiflow {

/// A file that must not change while the run goes on.
struct RunInput {
  std::filesystem::path path;
  FileStamp stamp;  ///< before it was read
};

struct RunJob {
  const DatasetReader& data;
  const LoadedModel& model;
  std::string command;  ///< as typed
  std::string model_path;
  const RunDirectory& directory;
  DatasetPart part;
  std::string identity;  ///< run_identity.hpp
  std::vector<RunInput> inputs;
  RunStart start;
  bool keep_journal = false;  ///< for other runs' --from
  std::optional<FailureLimit> failure_limit;
  std::function<int()> interrupted;  ///< number of the signal that asks the run to end, or 0
  bool evaluate = true;
  bool quiet = false;
  GraphLimits limits;
  Trace* trace = nullptr;  ///< or null
  Log log;
};

/// Both run everything and return the exit code of the program.
int run_detector_job(const RunJob& job);
int run_segmenter_job(const RunJob& job);

/// What an ending asks of the job's kind.
struct RunEnding {
  std::function<std::unique_ptr<RunFiles>()> open_files;
  std::function<void(Report&)> summarise;
};

/// Publishes what the journal has. errors.jsonl in any case. If every image of the part has an
/// entry, and not every one failed (Error{bad_data}), the other files and the reports; the journal
/// is removed then. Otherwise the journal stays for --resume, and the exit code says what stopped
/// the run: Error{device}, Error{bad_data} for too many failures, or 128 + the signal's number.
int end_run(const RunJob& job, const RunReport& run, RunJournal& journal, const RunWatch& watch,
            const RunEnding& ending);

}  // namespace roiflow
