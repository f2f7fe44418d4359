/// Collects the set pixels of a mask in column-major order as run lengths; touching pieces become
/// one run. Private to this room.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace roiflow {

class RunWriter {
 public:
  /// Pixels [begin, end), not empty, not before the end of the piece before.
  void set(std::int64_t begin, std::int64_t end) {
    if (begin == position_ && !runs_.empty()) {
      runs_.back() += static_cast<std::uint32_t>(end - begin);
    } else {
      runs_.push_back(static_cast<std::uint32_t>(begin - position_));
      runs_.push_back(static_cast<std::uint32_t>(end - begin));
    }
    position_ = end;
  }

  std::vector<std::uint32_t> finish(std::int64_t pixels) {
    if (position_ < pixels) runs_.push_back(static_cast<std::uint32_t>(pixels - position_));
    return std::move(runs_);
  }

 private:
  std::int64_t position_ = 0;  // one past the last set pixel
  std::vector<std::uint32_t> runs_;
};

}  // namespace roiflow
