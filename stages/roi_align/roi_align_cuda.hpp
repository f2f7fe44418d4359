/// RoIAlign on a GPU: roi_align_kernels.hpp has the contract of both. All memory is the device's.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/roi_align/roi_align_kernels.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16. Channels are taken by eight if they divide and the maps and
/// `out` are aligned to 16 bytes, else one by one.
template <class T>
void launch_roi_align(cudaStream_t stream, T* out, const BatchPyramid<T>& maps, const Box* boxes,
                      const int* images, int regions);

}  // namespace roiflow
