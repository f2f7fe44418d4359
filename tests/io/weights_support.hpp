/// What the tests of weight files share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "stages/core/error.hpp"

inline std::string golden(const std::string& name) {
  return std::string(ROIFLOW_SOURCE_DIR "/tests/golden/weights/") + name;
}

/// A path of this process alone; what is there at the end is removed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "_" + name)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  void write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path path_;
};

/// Calls `action` and expects an Error of this code whose text contains `text`.
template <class Action>
void check_refused(Action action, roiflow::ErrorCode code, const std::string& text) {
  try {
    action();
    FAIL_CHECK("nothing was refused; expected: " << text);
  } catch (const roiflow::Error& error) {
    const std::string found = error.what();
    CHECK(error.code() == code);
    CHECK_MESSAGE(found.find(text) != std::string::npos, "expected '" << text << "' in: " << found);
  }
}

/// The folder of shared data, or empty: "skip".
inline std::string shared_data(const std::string& folder) {
  const char* set = std::getenv("ROIFLOW_SHARED_DATA");
  const std::filesystem::path root = set != nullptr ? set : ROIFLOW_SOURCE_DIR "/../shared/data";
  return std::filesystem::is_directory(root / folder) ? (root / folder).string() : "";
}
