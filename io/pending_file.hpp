/// A file that appears under its name only when it is complete: written under a temporary name in
/// the same directory, synchronised, renamed, directory synchronised. A killed program leaves the
/// old file as it was, and at most a `<name>.<number>.partial` beside it.
///
/// Example: PendingFile out("report.json"); write_to(out.temporary()); out.publish();
#pragma once

#include <filesystem>
#include <string_view>

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
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

  /// Call once, after whoever wrote the temporary file has closed it. Error{io}.
  void publish();

 private:
  std::filesystem::path path_, temporary_;
  bool published_ = false;
};

/// Writes `content` as the whole file, published as above.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace roiflow
