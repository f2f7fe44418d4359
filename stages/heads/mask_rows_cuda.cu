#include "stages/heads/mask_rows_cuda.hpp"
#include "stages/kernels/device_run.cuh"

namespace roiflow {

void launch_gather_mask_rows(cudaStream_t stream, const GatherMaskRows& gather, int rows) {
  gather_mask_rows(DeviceRun(stream), gather, rows);
}

}  // namespace roiflow
