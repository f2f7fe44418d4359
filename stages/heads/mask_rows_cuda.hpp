/// mask_rows_kernels.hpp on a GPU; all memory is the device's.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/heads/mask_rows_kernels.hpp"

namespace roiflow {

void launch_gather_mask_rows(cudaStream_t stream, const GatherMaskRows& gather, int rows);

}  // namespace roiflow
