/// The images that a run could not process: errors.jsonl, and the first of them for the reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "apps/report/report.hpp"
#include "graph/token.hpp"
#include "io/pending_file.hpp"

namespace roiflow {

class FailureLog {
 public:
  /// Makes the directory if need be. Throws Error{cannot_create} if it cannot be written.
  explicit FailureLog(const std::filesystem::path& directory);

  template <class T>
  void record(const Token<T>& token) {
    if (!token.ok()) record(token.sequence(), token.source().record, token.failure());
  }

  /// Makes errors.jsonl appear; once.
  void publish();

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Why the first image failed that was not computed since a device was lost; "" if none was.
  [[nodiscard]] const std::string& lost_device() const { return lost_device_; }
  /// At most `failed_listed` of them.
  [[nodiscard]] const std::vector<FailedImage>& first() const { return first_; }
  /// File and reason of the very first; "" if nothing failed.
  [[nodiscard]] std::string first_text() const;
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  void record(std::int64_t sequence, const ImageRecord& image, const Failure& failure);

  PendingFile file_;
  std::ofstream lines_;
  std::vector<FailedImage> first_;
  std::int64_t count_ = 0;
  std::string lost_device_;
};

}  // namespace roiflow
