#include "apps/run/run_files.hpp"

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// What the entry has of its kind; nothing for a failed image.
template <class T>
const T* content_of(const JournalEntry& entry) {
  const T* content = std::get_if<T>(&entry.outcome);
  require(content != nullptr || !entry.ok(), ErrorCode::bad_data,
          "journal: image {} has results of another kind of model", entry.image_id);
  return content;
}

}  // namespace

DetectorFiles::DetectorFiles(const RunDirectory& directory, const std::string& identity, bool masks)
    : predictions_(directory.file(run_file::predictions), false, identity) {
  results_.emplace_back(directory.file(run_file::box_results), IouType::bbox);
  if (masks) results_.emplace_back(directory.file(run_file::mask_results), IouType::segm);
}

std::vector<std::string> DetectorFiles::names() const {
  std::vector<std::string> names{run_file::predictions, run_file::box_results};
  if (results_.size() > 1) names.emplace_back(run_file::mask_results);
  return names;
}

void DetectorFiles::append(const JournalEntry& entry) {
  static const std::vector<Detection> nothing;
  const auto* found = content_of<std::vector<Detection>>(entry);
  const std::vector<Detection>& detections = found != nullptr ? *found : nothing;
  predictions_.append(entry.image_id, detections, !entry.ok());
  for (ResultsWriter& results : results_) results.append(entry.image_id, detections);
}

void DetectorFiles::publish() {
  predictions_.close();
  for (ResultsWriter& results : results_) results.close();
}

SegmenterFiles::SegmenterFiles(const RunDirectory& directory, const std::string& identity)
    : predictions_(directory.file(run_file::predictions), true, identity) {}

void SegmenterFiles::append(const JournalEntry& entry) {
  static const LabelMapBytes nothing;
  const auto* found = content_of<LabelMapBytes>(entry);
  predictions_.append(entry.image_id, {}, !entry.ok(), (found != nullptr ? *found : nothing).png);
}

}  // namespace roiflow
