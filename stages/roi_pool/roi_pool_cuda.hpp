/// RoI max pooling on a GPU: roi_pool_kernels.hpp has the contract of both. All memory is the
/// device's.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/roi_pool/roi_pool_kernels.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16. Channels are taken by eight if they divide and the map and
/// `out` are aligned to 16 bytes, else one by one.
template <class T>
void launch_roi_pool(cudaStream_t stream, T* out, const BatchMap<T>& map, int bins,
                     const Box* boxes, const int* images, int regions);

}  // namespace roiflow
