/// A file that appears under its name only when it is complete: written under a temporary name in
/// the same directory, synchronised, renamed, directory synchronised. A killed program leaves the
/// old file as it was, and at most a `<name>.<number>.partial` beside it.
///
/// Example: PendingFile out("report.json"); out.write(text); out.publish();
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "io/files/output_file.hpp"

namespace roiflow {

class PendingFile {
 public:
  /// Creates the empty temporary file. Error{cannot_create} if the directory does not exist or
  /// cannot be written.
  explicit PendingFile(std::filesystem::path path);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();  ///< removes the temporary file unless it was published

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Where somebody else (HDF5) may write instead of write().
  [[nodiscard]] const std::filesystem::path& temporary() const { return file_->path(); }

  /// Error{io}, e.g. for a full disk.
  void write(std::string_view bytes) { file_->write(bytes); }
  /// Other readers of temporary() see everything that was written. Error{io}.
  void flush() { file_->flush(); }

  /// Call once, after whoever else wrote the temporary file has closed it. Error{io}.
  void publish();

 private:
  std::filesystem::path path_;
  std::optional<OutputFile> file_;
  bool published_ = false;
};

/// Writes `content` as the whole file, published as above.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Removes what killed programs left of these files: every `<name>.<number>.partial`. Only where
/// nobody else writes them. What cannot be removed stays.
void remove_partial_files(const std::filesystem::path& directory,
                          std::span<const std::string_view> names);

}  // namespace roiflow
