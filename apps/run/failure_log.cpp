#include "apps/run/failure_log.hpp"

#include "apps/json_line.hpp"

namespace roiflow {

FailureLog::FailureLog(const RunDirectory& directory, const DatasetReader& data)
    : data_(data), file_(directory.file(run_file::errors)) {}

void FailureLog::append(const JournalEntry& entry) {
  const auto* failure = std::get_if<Failure>(&entry.outcome);
  if (failure == nullptr) {
    if (entry.notes.truncated) append_damaged(entry);
    return;
  }
  const std::string file_name = data_.record(entry.index).file_name;
  file_.write(json_line({{"image_id", entry.image_id},
                         {"index", entry.index},
                         {"file_name", file_name},
                         {"stage", failure->stage},
                         {"code", static_cast<int>(failure->code)},
                         {"reason", failure->message}}));
  last_text_ = fmt::format("{}: {}", file_name, failure->message);
  ++count_;
  if (first_.size() < failed_listed) first_.push_back({entry.image_id, file_name, *failure});
}

void FailureLog::append_damaged(const JournalEntry& entry) {
  ++damaged_count_;
  if (damaged_.size() >= failed_listed) return;
  damaged_.push_back({entry.image_id, data_.record(entry.index).file_name, entry.notes.texts});
}

}  // namespace roiflow
