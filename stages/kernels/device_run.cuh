/// Runs a sequence of kernels (host_run.hpp) on a GPU: everything goes into one stream, nothing
/// waits. Included by .cu files only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/kernels/device_block.cuh"

namespace roiflow {

class DeviceRun {
 public:
  explicit DeviceRun(cudaStream_t stream) : stream_(stream) {}

  template <class T>
  void zero(T* values, std::size_t count) const {
    if (count == 0) return;
    cuda_check(cudaMemsetAsync(values, 0, count * sizeof(T), stream_),
               "memory of the device could not be cleared");
  }
  template <class Kernel>
  void blocks(const Kernel& kernel, int count) const {
    launch_blocks(stream_, kernel, count);
  }
  template <class Kernel>
  void each(const Kernel& kernel, std::int64_t count) const {
    launch_each(stream_, kernel, count);
  }

 private:
  cudaStream_t stream_;
};

}  // namespace roiflow
