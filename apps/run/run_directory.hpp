/// The directory of a run, held by one process at a time.
#pragma once

#include <filesystem>
#include <string>

#include "apps/run/run_file_names.hpp"
#include "io/files/directory_lock.hpp"

namespace roiflow {

class RunDirectory {
 public:
  /// Makes it if need be, locks it, and removes the temporary files of runs that were killed.
  /// Error{cannot_create}; Error{busy} that names who works in it.
  explicit RunDirectory(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::filesystem::path journal() const { return file(run_file::journal); }

 private:
  std::filesystem::path path_;
  DirectoryLock lock_;
};

}  // namespace roiflow
