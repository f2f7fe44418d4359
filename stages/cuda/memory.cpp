#include "stages/cuda/memory.hpp"

#include <algorithm>

namespace roiflow {

std::unique_ptr<void, FreeDevice> allocate_device(std::size_t bytes) {
  void* memory = nullptr;
  cuda_check(cudaMalloc(&memory, std::max<std::size_t>(bytes, 1)),
             "memory of the device could not be allocated");
  return std::unique_ptr<void, FreeDevice>(memory);
}

std::unique_ptr<void, FreePinned> allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  cuda_check(cudaHostAlloc(&memory, std::max<std::size_t>(bytes, 1), cudaHostAllocDefault),
             "pinned memory could not be allocated");
  return std::unique_ptr<void, FreePinned>(memory);
}

}  // namespace roiflow
