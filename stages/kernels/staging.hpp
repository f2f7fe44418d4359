/// One block of memory for everything small that a batch's kernels need from the host: it is filled
/// in pinned memory and copied to the device in one piece. Its parts are known by their offsets,
/// which are the same on both sides.
///
/// Example: StagingBlock block(pinned);  const std::int64_t taps = block.append(std::span(rows));
///          // in a kernel:  staged<Tap>(device_block, taps)[i]
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "stages/core/error.hpp"

namespace roiflow {

/// Every part begins at a multiple of this many bytes.
inline constexpr std::size_t staging_alignment = 16;

[[nodiscard]] constexpr std::size_t staged_bytes(std::size_t bytes) {
  return (bytes + staging_alignment - 1) / staging_alignment * staging_alignment;
}

class StagingBlock {
 public:
  /// Memory aligned to staging_alignment.
  explicit StagingBlock(std::span<std::byte> memory) : memory_(memory) {}

  /// Leaves room for `count` elements, to be written later. Throws Error{internal} if the block is
  /// full.
  template <class T>
  std::int64_t reserve(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= staging_alignment);
    const std::size_t offset = size_, end = size_ + staged_bytes(count * sizeof(T));
    require(end <= memory_.size(), ErrorCode::internal,
            "a staging block of {} bytes is full: {} bytes would be needed", memory_.size(), end);
    size_ = end;
    return static_cast<std::int64_t>(offset);
  }

  template <class T, std::size_t extent>
  std::int64_t append(std::span<const T, extent> values) {
    const std::int64_t offset = reserve<T>(values.size());
    write(offset, values);
    return offset;
  }

  template <class T, std::size_t extent>
  void write(std::int64_t offset, std::span<const T, extent> values) {
    if (!values.empty()) std::memcpy(memory_.data() + offset, values.data(), values.size_bytes());
  }

  /// Bytes in use.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<std::byte> memory_;
  std::size_t size_ = 0;
};

}  // namespace roiflow
