/// One writer a directory: a file `lock` in it, locked with flock(2), that names the process and
/// the machine. The system gives the lock back with the process, however it ends, so a `lock` that
/// a killed one left behind stands in nobody's way.
///
/// Example: DirectoryLock lock("out/run");   // a second one throws until this is destroyed
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "io/files/descriptor.hpp"

namespace roiflow {

class DirectoryLock {
 public:
  /// The directory must exist. Error{busy} that says who has it; Error{cannot_create} if the
  /// directory cannot be written.
  explicit DirectoryLock(const std::filesystem::path& directory);
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();  ///< removes the file

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

/// Who works in the directory at this moment: "process 12 on host"; nothing if nobody does. Needs
/// no right to write.
[[nodiscard]] std::optional<std::string> lock_holder(const std::filesystem::path& directory);

}  // namespace roiflow
