/// Memory of a lane that is taken once and grows when a batch needs more than any before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "stages/core/error_code.hpp"
#include "stages/gpu/lane_device.hpp"

namespace roiflow {

/// A block of one kind of memory. Growing loses the content and invalidates the addresses; whoever
/// lets it grow has nothing enqueued that uses it.
class LaneBlock {
 public:
  using Allocate = std::function<std::shared_ptr<std::byte>(std::size_t)>;
  explicit LaneBlock(Allocate allocate) : allocate_(std::move(allocate)) {}

  std::byte* at_least(std::size_t bytes) {
    if (bytes > bytes_) {
      // Half as much again: to give memory back stops the whole device.
      const std::size_t grown = std::max(bytes, bytes_ + bytes_ / 2);
      bytes_ = 0;
      memory_.reset();  // first give back, then take: both at once may not fit
      memory_ = allocate_(grown);
      bytes_ = grown;
    }
    return memory_.get();
  }
  [[nodiscard]] std::byte* get() const { return memory_.get(); }
  [[nodiscard]] std::span<std::byte> span() const { return {memory_.get(), bytes_}; }

 private:
  Allocate allocate_;
  std::shared_ptr<std::byte> memory_;
  std::size_t bytes_ = 0;
};

/// A piece of pinned memory and its image on the device, with the same offsets on both sides.
template <class T>
class MirroredBlock {
 public:
  explicit MirroredBlock(LaneDevice<T>& device)
      : device_(device),
        host_([&device](std::size_t bytes) { return device.pinned_memory(bytes); }),
        far_([&device](std::size_t bytes) { return device.device_memory(bytes); }) {}

  void at_least(std::size_t bytes) {
    host_.at_least(bytes);
    far_.at_least(bytes);
  }
  [[nodiscard]] std::span<std::byte> host() const { return host_.span(); }
  [[nodiscard]] std::byte* on_host() const { return host_.get(); }
  [[nodiscard]] std::byte* on_device() const { return far_.get(); }
  /// Enqueues the copy of the first `bytes`.
  void upload(std::size_t bytes) const { device_.to_device(far_.get(), host_.get(), bytes); }
  void download(std::size_t bytes) const { device_.to_host(host_.get(), far_.get(), bytes); }

 private:
  LaneDevice<T>& device_;
  LaneBlock host_, far_;
};

}  // namespace roiflow
