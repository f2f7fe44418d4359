/// What the fuzz targets share. A target feeds bytes to one reader and lets it do one of two
/// things: accept them, or refuse them with an Error of bad data. Whatever else happens (another
/// exception, std::bad_alloc, a sanitizer's report, a property that does not hold) is a finding.
///
/// libFuzzer calls LLVMFuzzerTestOneInput (tests/fuzz.sh); in the ordinary build replay.cpp does,
/// with every file of the target's folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "stages/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace roiflow::fuzz {

/// Ends the program unless `condition` holds, so that the input is kept.
inline void must(bool condition, std::string_view property, std::string_view detail = {}) {
  if (condition) return;
  const std::string text = fmt::format("PROPERTY VIOLATED: {}: {}\n", property, detail);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::abort();
}

/// Whether `read` accepted its input. A refusal must be of `code` and name `source`.
template <class Read>
bool accepts(std::string_view source, Read&& read, ErrorCode code = ErrorCode::bad_data) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    const std::string_view text = error.what();
    must(error.code() == code, "a refusal says that the input is at fault", text);
    must(text.find(source) != std::string_view::npos, "a refusal names its source", text);
    must(text.size() < 8192, "a refusal can be read", text);
    return false;
  }
}

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The beginning of an input, as numbers that steer a target; zeros where the input has ended.
class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return bytes_; }
  std::span<const std::uint8_t> take(std::size_t count) {
    const auto taken = bytes_.first(count < bytes_.size() ? count : bytes_.size());
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  /// Little-endian.
  template <class T>
  T number() {
    T value{};
    const auto taken = take(sizeof value);
    if (!taken.empty()) std::memcpy(&value, taken.data(), taken.size());
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// A file in memory, for readers that take a path.
class MemoryFile {
 public:
  MemoryFile()
      : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)),
        path_("/proc/self/fd/" + std::to_string(descriptor_)) {
    must(descriptor_ >= 0, "a file in memory can be made");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  void write(std::span<const std::uint8_t> bytes) const {
    const bool written =
        ::ftruncate(descriptor_, 0) == 0 && ::lseek(descriptor_, 0, SEEK_SET) == 0 &&
        ::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    must(written, "a file in memory can be written");
  }

 private:
  int descriptor_;
  std::string path_;
};

}  // namespace roiflow::fuzz
