/// The journal of this run: begun, or continued where a killed or stopped run left it. Its entries
/// are the images of a part of the data set, from its first on, in order and without gaps.
///
/// Example: RunJournal journal(directory.journal(), job, identity, {.resume = true});
///          journal.done() images need not be computed again; append() the others; each() has all.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/log.hpp"
#include "graph/dataset_part.hpp"
#include "io/dataset/dataset.hpp"
#include "io/journal/journal.hpp"

namespace roiflow {

/// What to do with a journal that is there already, and where else there are entries.
struct RunStart {
  bool resume = false;   ///< continue it
  bool discard = false;  ///< throw it away
  /// Directories of other runs with the same identity, whatever their part: what their journals
  /// have is taken over and not computed again.
  std::vector<std::filesystem::path> from;
};

/// What is to be done, and what its results depend on (run_identity.hpp).
struct RunTask {
  const DatasetReader& data;
  const DatasetPart& part;
  const std::string& identity;
};

class RunJournal {
 public:
  /// Error{cannot_create} if there are entries that nobody said what to do with; Error{bad_data}
  /// that names what differs if they are of another task, or not this part of the data set.
  RunJournal(std::filesystem::path path, const RunTask& task, const RunStart& start,
             const Log& log);

  /// Images that have an entry: the first so many of the part.
  [[nodiscard]] std::int64_t done() const { return done_; }
  void append(const JournalEntry& entry);
  /// Ends writing: the disk has everything.
  void close();

  /// All entries, in order. Error{bad_data} if they are not the images of the data set.
  void each(const std::function<void(const JournalEntry&)>& use) const;
  void remove();

 private:
  void open_existing(const RunStart& start, const Log& log);
  struct OtherJournal;  ///< one of --from, with the entry that is next
  void take_over(std::deque<OtherJournal>& sources);
  void check(const JournalEntry& entry, std::int64_t position) const;

  std::filesystem::path path_;
  RunTask task_;
  std::int64_t done_ = 0;
  std::optional<JournalWriter> writer_;
};

}  // namespace roiflow
