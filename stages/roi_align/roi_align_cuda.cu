#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"
#include "stages/roi_align/roi_align_cuda.hpp"

namespace roiflow {

template <class T>
void launch_roi_align(cudaStream_t stream, T* out, const BatchPyramid<T>& maps, const Box* boxes,
                      const int* images, int regions) {
  align_regions(DeviceRun(stream), out, maps, boxes, images, regions);
}

template void launch_roi_align(cudaStream_t, float*, const BatchPyramid<float>&, const Box*,
                               const int*, int);
template void launch_roi_align(cudaStream_t, __half*, const BatchPyramid<__half>&, const Box*,
                               const int*, int);
template void launch_roi_align(cudaStream_t, __nv_bfloat16*, const BatchPyramid<__nv_bfloat16>&,
                               const Box*, const int*, int);

}  // namespace roiflow
