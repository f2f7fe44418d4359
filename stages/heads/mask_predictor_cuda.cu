#include "stages/heads/mask_predictor_cuda.hpp"
#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"

namespace roiflow {

template <class T>
void launch_mask_predictor(cudaStream_t stream, float* out, const T* hidden, const int* labels,
                           int rows, const MaskPredictorLayer& layer) {
  predict_masks(DeviceRun(stream), out, hidden, labels, rows, layer);
}

template void launch_mask_predictor(cudaStream_t, float*, const float*, const int*, int,
                                    const MaskPredictorLayer&);
template void launch_mask_predictor(cudaStream_t, float*, const __half*, const int*, int,
                                    const MaskPredictorLayer&);
template void launch_mask_predictor(cudaStream_t, float*, const __nv_bfloat16*, const int*, int,
                                    const MaskPredictorLayer&);

}  // namespace roiflow
