/// Cuts one piece of memory into arrays. Without memory it only counts, so one and the same
/// function says how much is needed and where everything lies.
///
/// Example: ScratchLayout count; lay_out(count, plan); memory = allocate(count.bytes());
///          ScratchLayout arrays(memory); const Arrays a = lay_out(arrays, plan);
#pragma once

#include <cstddef>
#include <cstdint>

namespace roiflow {

class ScratchLayout {
 public:
  ScratchLayout() = default;
  explicit ScratchLayout(std::byte* memory) : memory_(memory) {}

  /// The next `count` elements, 256-byte aligned if the memory is; null while only counting.
  template <class T>
  T* take(std::int64_t count) {
    bytes_ = (bytes_ + 255) / 256 * 256;
    void* const place = memory_ == nullptr ? nullptr : memory_ + bytes_;
    bytes_ += static_cast<std::size_t>(count) * sizeof(T);
    return static_cast<T*>(place);
  }
  /// Taken so far.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace roiflow
