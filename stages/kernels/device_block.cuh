/// How kernels (host_block.hpp) run on a GPU. Included by .cu files only.
#pragma once

#include <cstdint>

#include <cuda_runtime.h>
#include <nv/target>

#include "stages/cuda/cuda_check.hpp"
#include "stages/kernels/host_block.hpp"

namespace roiflow {

/// The threads of one block. Host and device at once only because kernels are; never used on the
/// host.
class DeviceBlock {
 public:
  template <class F>
  __host__ __device__ void each(int count, const F& f) const {
    NV_IF_TARGET(NV_IS_DEVICE, (for (int i = static_cast<int>(threadIdx.x); i < count;
                                     i += static_cast<int>(blockDim.x)) f(i);
                                __syncthreads();))
  }
  __host__ __device__ static int add(int& counter, int amount) {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return atomicAdd(&counter, amount);),
                      (return HostBlock::add(counter, amount);))
  }
  __host__ __device__ static void set_bits(std::uint32_t& word, std::uint32_t bits) {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (atomicOr(&word, bits);), (HostBlock::set_bits(word, bits);))
  }
};

namespace detail {

template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads) block_kernel(const Kernel kernel) {
  __shared__ typename Kernel::Shared shared;
  DeviceBlock block;
  kernel(block, shared, static_cast<int>(blockIdx.x));
}

template <class Kernel>
__global__ void __launch_bounds__(256) each_kernel(const Kernel kernel, std::int64_t count) {
  const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (index < count) kernel(index);
}

}  // namespace detail

/// Enqueues an element kernel for the indices 0 .. count - 1.
template <class Kernel>
void launch_each(cudaStream_t stream, const Kernel& kernel, std::int64_t count) {
  if (count == 0) return;
  const auto blocks = static_cast<unsigned>((count + 255) / 256);
  detail::each_kernel<<<blocks, 256, 0, stream>>>(kernel, count);
  cuda_check(cudaGetLastError(), "a kernel could not be started");
}

/// Enqueues a block kernel for the blocks 0 .. blocks - 1.
template <class Kernel>
void launch_blocks(cudaStream_t stream, const Kernel& kernel, int blocks) {
  if (blocks == 0) return;
  detail::block_kernel<<<static_cast<unsigned>(blocks), Kernel::threads, 0, stream>>>(kernel);
  cuda_check(cudaGetLastError(), "a kernel could not be started");
}

}  // namespace roiflow
