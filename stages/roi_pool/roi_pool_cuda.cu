#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"
#include "stages/roi_pool/roi_pool_cuda.hpp"

namespace roiflow {

template <class T>
void launch_roi_pool(cudaStream_t stream, T* out, const BatchMap<T>& map, int bins,
                     const Box* boxes, const int* images, int regions) {
  pool_regions(DeviceRun(stream), out, map, bins, boxes, images, regions);
}

template void launch_roi_pool(cudaStream_t, float*, const BatchMap<float>&, int, const Box*,
                              const int*, int);
template void launch_roi_pool(cudaStream_t, __half*, const BatchMap<__half>&, int, const Box*,
                              const int*, int);
template void launch_roi_pool(cudaStream_t, __nv_bfloat16*, const BatchMap<__nv_bfloat16>&, int,
                              const Box*, const int*, int);

}  // namespace roiflow
