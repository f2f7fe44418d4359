/// Memory that a GPU works on: on the device, or pinned on the host so that copies overlap with
/// computing. Both are taken once, when a lane is made, never per image; contents are undefined.
///
/// Example: DeviceArray<float> weights(values.size());
///          copy_to_device(stream, weights.data(), values.data(), values.size());
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include <cuda_runtime_api.h>

#include "stages/cuda/cuda_check.hpp"

namespace roiflow {

struct FreeDevice {
  void operator()(void* memory) const noexcept { cudaFree(memory); }
};
struct FreePinned {
  void operator()(void* memory) const noexcept { cudaFreeHost(memory); }
};

/// 256-byte aligned at least.
std::unique_ptr<void, FreeDevice> allocate_device(std::size_t bytes);
std::unique_ptr<void, FreePinned> allocate_pinned(std::size_t bytes);

template <class T>
class DeviceArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  DeviceArray() = default;
  explicit DeviceArray(std::size_t size)
      : memory_(allocate_device(size * sizeof(T))), size_(size) {}

  [[nodiscard]] T* data() const { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::unique_ptr<void, FreeDevice> memory_;
  std::size_t size_ = 0;
};

/// Enqueues a copy of `count` elements; from pinned memory it does not block.
template <class T>
void copy_to_device(cudaStream_t stream, T* to, const T* from, std::size_t count) {
  cuda_check(cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyHostToDevice, stream),
             "a copy to the device could not be started");
}
template <class T>
void copy_to_host(cudaStream_t stream, T* to, const T* from, std::size_t count) {
  cuda_check(cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyDeviceToHost, stream),
             "a copy from the device could not be started");
}

}  // namespace roiflow
