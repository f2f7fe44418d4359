#include "stages/kernels/device_block.cuh"
#include "stages/kernels/element.cuh"
#include "stages/roi_pool/roi_pool_cuda.hpp"

namespace roiflow {

template <class T>
void launch_roi_pool(cudaStream_t stream, T* out, const BatchMap<T>& map, int bins,
                     const Box* boxes, const int* images, int regions) {
  const auto launch = [&](const auto& pool) { launch_each(stream, pool, pool.count(regions)); };
  if (fits_packs(map.data, map.channels) && fits_packs(out, map.channels)) {
    launch(PoolRegions<T, pack_size>{map, bins, boxes, images, out});
  } else {
    launch(PoolRegions<T, 1>{map, bins, boxes, images, out});
  }
}

template void launch_roi_pool(cudaStream_t, float*, const BatchMap<float>&, int, const Box*,
                              const int*, int);
template void launch_roi_pool(cudaStream_t, __half*, const BatchMap<__half>&, int, const Box*,
                              const int*, int);
template void launch_roi_pool(cudaStream_t, __nv_bfloat16*, const BatchMap<__nv_bfloat16>&, int,
                              const Box*, const int*, int);

}  // namespace roiflow
