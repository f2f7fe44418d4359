#include "stages/kernels/device_block.cuh"
#include "stages/kernels/element.cuh"
#include "stages/roi_align/roi_align_cuda.hpp"

namespace roiflow {

template <class T>
void launch_roi_align(cudaStream_t stream, T* out, const BatchPyramid<T>& maps, const Box* boxes,
                      const int* images, int regions) {
  bool by_packs = fits_packs(out, maps.channels);
  for (int i = 0; i < maps.borders.levels; ++i) {
    by_packs = by_packs && fits_packs(maps.levels[i].data, maps.channels);
  }
  const int blocks = regions * maps.params.bins;
  if (by_packs) {
    launch_blocks(stream, AlignRegions<T, pack_size>{maps, boxes, images, out}, blocks);
  } else {
    launch_blocks(stream, AlignRegions<T, 1>{maps, boxes, images, out}, blocks);
  }
}

template void launch_roi_align(cudaStream_t, float*, const BatchPyramid<float>&, const Box*,
                               const int*, int);
template void launch_roi_align(cudaStream_t, __half*, const BatchPyramid<__half>&, const Box*,
                               const int*, int);
template void launch_roi_align(cudaStream_t, __nv_bfloat16*, const BatchPyramid<__nv_bfloat16>&,
                               const Box*, const int*, int);

}  // namespace roiflow
