/// Preprocessing on a GPU: preprocess_kernels.hpp has the contract of both. All memory is the
/// device's; `block` is the copy of what BatchStager::stage filled.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "stages/preprocess/preprocess_batch.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16; channels >= 3, written by four if they divide.
template <class T>
void launch_preprocess(cudaStream_t stream, T* out, int channels, const PreprocessBatch& batch,
                       const std::byte* block, std::uint8_t* scratch);

}  // namespace roiflow
