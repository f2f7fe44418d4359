#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"
#include "stages/label_map/label_map_cuda.hpp"

namespace roiflow {

template <class T>
void launch_label_maps(cudaStream_t stream, std::uint8_t* out, const BatchScores<T>& scores,
                       const LabelMapBatch& batch, const std::byte* block) {
  make_label_maps(DeviceRun(stream), out, scores, batch, block);
}

template void launch_label_maps(cudaStream_t, std::uint8_t*, const BatchScores<float>&,
                                const LabelMapBatch&, const std::byte*);
template void launch_label_maps(cudaStream_t, std::uint8_t*, const BatchScores<__half>&,
                                const LabelMapBatch&, const std::byte*);
template void launch_label_maps(cudaStream_t, std::uint8_t*, const BatchScores<__nv_bfloat16>&,
                                const LabelMapBatch&, const std::byte*);

}  // namespace roiflow
