/// Enqueues a KernelStep on a GPU. Its own file, because it alone has to be compiled by nvcc.
#pragma once

#include <cstddef>

#include <cuda_runtime_api.h>

#include "stages/execute/device_plan.hpp"

namespace roiflow {

/// `arena` holds the plan's buffers at `plan.offsets`. T: float, __half or __nv_bfloat16.
template <class T>
void enqueue_kernel_step(cudaStream_t stream, const DevicePlan& plan, const DeviceStep& step,
                         std::byte* arena);

}  // namespace roiflow
