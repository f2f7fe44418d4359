/// Box results on a GPU: the kernels of box_result_kernels.hpp in their order. All memory that
/// `work` and `outputs` name is the device's; nothing waits. Throws Error{device}.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/heads/box_result_work.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16.
template <class T>
void launch_box_result(cudaStream_t stream, const BoxResultWork& work,
                       const BoxHeadOutputs<T>& outputs, int images);

}  // namespace roiflow
