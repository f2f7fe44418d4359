/// The mask predictor on a GPU: mask_predictor_kernels.hpp has the contract of both. All memory is
/// the device's.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/heads/mask_predictor_kernels.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16. Channels are taken by eight if they divide and `hidden` and
/// the weights are aligned to 16 bytes, else one by one.
template <class T>
void launch_mask_predictor(cudaStream_t stream, float* out, const T* hidden, const int* labels,
                           int rows, const MaskPredictorLayer& layer);

}  // namespace roiflow
