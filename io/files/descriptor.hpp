/// Owner of an open file's descriptor. Knows nothing of names and throws nothing: whoever holds one
/// makes the error, since only they know what the file is for.
///
/// Example: Descriptor file("journal", O_RDWR | O_CREAT); if (!file) fail(..., strerror(errno));
#pragma once

#include <filesystem>
#include <utility>

#include <fcntl.h>

#include "io/files/file_calls.hpp"

namespace roiflow {

class Descriptor {
 public:
  Descriptor() = default;
  /// O_CLOEXEC is added. Without success errno says why.
  Descriptor(const std::filesystem::path& path, int flags) {
    constexpr mode_t permissions = 0666;
    number_ = file_calls::open(path.c_str(), flags | O_CLOEXEC, permissions);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) (void)file_calls::close(number_);
  }

  explicit operator bool() const { return number_ >= 0; }
  [[nodiscard]] int get() const { return number_; }
  /// As close(2): an error of a delayed write may come only now.
  [[nodiscard]] int close() { return file_calls::close(std::exchange(number_, -1)); }

 private:
  int number_ = -1;
};

}  // namespace roiflow
