/// Paste masks on a GPU: paste_masks_kernels.hpp has the contract of both. All memory is the
/// device's, but `words` may also be pinned.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "stages/paste_masks/paste_masks_kernels.hpp"

namespace roiflow {

void launch_paste_words(cudaStream_t stream, std::uint32_t* words, std::int64_t capacity,
                        const std::int64_t* offsets, const MasksToPaste& masks, int rows);

}  // namespace roiflow
