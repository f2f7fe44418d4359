#include "stages/kernels/device_block.cuh"
#include "stages/paste_masks/paste_masks_cuda.hpp"

namespace roiflow {

void launch_lay_out_masks(cudaStream_t stream, MaskPart* parts, std::int64_t* offsets,
                          const MasksToPaste& masks, int rows) {
  launch_blocks(stream, LayOutMasks{masks, rows, parts, offsets}, 1);
}

void launch_paste_words(cudaStream_t stream, std::uint32_t* words, std::int64_t capacity,
                        const std::int64_t* offsets, const MasksToPaste& masks, int rows) {
  launch_blocks(stream, PasteWords{masks, offsets, capacity, words}, rows * PasteWords::slices);
}

}  // namespace roiflow
