/// Label maps on a GPU: label_map_kernels.hpp has the contract of both. All memory is the device's;
/// `block` is the copy of what stage_label_maps filled.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "stages/label_map/label_map_kernels.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16. Classes are read by eight if that divides the stride and the
/// scores are aligned to 16 bytes, else one by one.
template <class T>
void launch_label_maps(cudaStream_t stream, std::uint8_t* out, const BatchScores<T>& scores,
                       const LabelMapBatch& batch, const std::byte* block);

}  // namespace roiflow
