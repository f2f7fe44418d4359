/// The images that a run could not process: errors.jsonl, and the first of them for the reports;
/// and those that it took although they are damaged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/report/report.hpp"
#include "apps/run/run_directory.hpp"
#include "io/dataset/dataset.hpp"
#include "io/journal/journal.hpp"
#include "io/pending_file.hpp"

namespace roiflow {

class FailureLog {
 public:
  FailureLog(const RunDirectory& directory, const DatasetReader& data);

  /// Every image once; good ones are passed over.
  void append(const JournalEntry& entry);

  /// Makes errors.jsonl appear; once.
  void publish() { file_.publish(); }

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// At most `failed_listed` of them.
  [[nodiscard]] const std::vector<FailedImage>& first() const { return first_; }
  [[nodiscard]] std::int64_t damaged_count() const { return damaged_count_; }
  /// At most `failed_listed` of them.
  [[nodiscard]] const std::vector<DamagedImage>& damaged() const { return damaged_; }
  /// File and reason of the last; "" if nothing failed.
  [[nodiscard]] const std::string& last_text() const { return last_text_; }
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  void append_damaged(const JournalEntry& entry);

  const DatasetReader& data_;
  PendingFile file_;
  std::vector<FailedImage> first_;
  std::string last_text_;
  std::vector<DamagedImage> damaged_;
  std::int64_t count_ = 0, damaged_count_ = 0;
};

}  // namespace roiflow
