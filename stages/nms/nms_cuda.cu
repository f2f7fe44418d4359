#include "stages/kernels/device_run.cuh"
#include "stages/nms/nms_cuda.hpp"
#include "stages/nms/nms_kernels.hpp"

namespace roiflow {

void suppress_overlaps_cuda(cudaStream_t stream, const NmsSegments& nms, int groups) {
  suppress_overlaps(DeviceRun(stream), nms, groups);
}

}  // namespace roiflow
