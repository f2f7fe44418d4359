#include "stages/kernels/device_run.cuh"
#include "stages/paste_masks/paste_masks_cuda.hpp"

namespace roiflow {

void launch_paste_words(cudaStream_t stream, std::uint32_t* words, std::int64_t capacity,
                        const std::int64_t* offsets, const MasksToPaste& masks, int rows) {
  paste_words(DeviceRun(stream), words, capacity, offsets, masks, rows);
}

}  // namespace roiflow
