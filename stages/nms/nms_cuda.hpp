/// nms_kernels.hpp on a GPU.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/nms/nms_segments.hpp"

namespace roiflow {

/// Enqueues both kernels; all memory that `nms` names is the device's. Throws Error{device}.
void suppress_overlaps_cuda(cudaStream_t stream, const NmsSegments& nms, int groups);

}  // namespace roiflow
