/// Whether any device is left to compute on; seen by all nodes of a run, so that nobody works for
/// frames that cannot be computed any more.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "graph/frame_source.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

class DeviceHealth {
 public:
  /// The last device is gone, for this reason.
  void lose(const std::string& why) {
    const std::scoped_lock lock(mutex_);
    why_ = why;
    lost_ = true;
  }

  [[nodiscard]] bool lost() const { return lost_; }

  /// Throws Error{device} if no device is left.
  void check() const {
    if (!lost_) return;
    const std::scoped_lock lock(mutex_);
    fail(ErrorCode::device, "not computed, no device is left: {}", why_);
  }

 private:
  std::atomic<bool> lost_ = false;
  mutable std::mutex mutex_;
  std::string why_;
};

/// The same frames, but from the loss of the last device on they fail without being read.
template <class First>
FrameSource<First> frames_while(const DeviceHealth& health, FrameSource<First> source) {
  source.read = [&health, read = std::move(source.read)](std::int64_t index) {
    health.check();
    return read(index);
  };
  return source;
}

}  // namespace roiflow
