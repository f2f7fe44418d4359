/// What the runs of detectors and of segmenters do differently; run_execution.hpp has what they
/// have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/report/report.hpp"
#include "graph/dataset_part.hpp"
#include "graph/run_report.hpp"
#include "graph/token.hpp"
#include "io/journal/journal.hpp"

namespace roiflow {

/// The files that a run publishes, made from its journal.
class RunFiles {
 public:
  virtual ~RunFiles() = default;
  /// Every image once, in data-set order.
  virtual void append(const JournalEntry& entry) = 0;
  /// Makes the files appear; once.
  virtual void publish() = 0;
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

/// `Result` is what the graph says of an image: detections or label map, and what became of them
/// against the ground truth.
template <class Result>
class RunKind {
 public:
  using Sink = std::function<void(const Token<Result>&)>;

  virtual ~RunKind() = default;

  /// Runs the graph over a part of the data set.
  virtual RunReport compute(const DatasetPart& part, const Sink& sink) const = 0;
  /// What the journal keeps of a result, and the result again as the graph would give it. recall()
  /// never gets a Failure.
  virtual ImageOutcome outcome(const Result& result) const = 0;
  virtual Result recall(const ImageOutcome& outcome, const Source& source) const = 0;
  /// For the log: "17 detections".
  virtual std::string describe(const Result& result) const = 0;

  /// Adds an image, good or failed, to the numbers of the report; every one once, in order.
  virtual void score(const Token<Result>& token) = 0;
  virtual std::unique_ptr<RunFiles> open_files() const = 0;
  /// The numbers, and pictures; the files are there.
  virtual void summarise(Report& report) const = 0;
};

}  // namespace roiflow
