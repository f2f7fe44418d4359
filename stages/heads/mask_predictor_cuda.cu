#include "stages/heads/mask_predictor_cuda.hpp"
#include "stages/kernels/device_block.cuh"
#include "stages/kernels/element.cuh"

namespace roiflow {

template <class T>
void launch_mask_predictor(cudaStream_t stream, float* out, const T* hidden, const int* labels,
                           int rows, const MaskPredictorLayer& layer) {
  const auto launch = [&](const auto& kernel) { launch_blocks(stream, kernel, kernel.blocks()); };
  if (fits_packs(hidden, layer.channels) && fits_packs(layer.weights, layer.channels)) {
    launch(PredictMasks<T, pack_size>{layer, hidden, labels, rows, out});
  } else {
    launch(PredictMasks<T, 1>{layer, hidden, labels, rows, out});
  }
}

template void launch_mask_predictor(cudaStream_t, float*, const float*, const int*, int,
                                    const MaskPredictorLayer&);
template void launch_mask_predictor(cudaStream_t, float*, const __half*, const int*, int,
                                    const MaskPredictorLayer&);
template void launch_mask_predictor(cudaStream_t, float*, const __nv_bfloat16*, const int*, int,
                                    const MaskPredictorLayer&);

}  // namespace roiflow
