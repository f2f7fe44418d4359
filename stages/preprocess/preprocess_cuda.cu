#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"
#include "stages/preprocess/preprocess_cuda.hpp"
#include "stages/preprocess/preprocess_kernels.hpp"

namespace roiflow {

template <class T>
void launch_preprocess(cudaStream_t stream, T* out, int channels, const PreprocessBatch& batch,
                       const std::byte* block, std::uint8_t* scratch) {
  make_inputs(DeviceRun(stream), out, channels, batch, block, scratch);
}

template void launch_preprocess(cudaStream_t, float*, int, const PreprocessBatch&, const std::byte*,
                                std::uint8_t*);
template void launch_preprocess(cudaStream_t, __half*, int, const PreprocessBatch&,
                                const std::byte*, std::uint8_t*);
template void launch_preprocess(cudaStream_t, __nv_bfloat16*, int, const PreprocessBatch&,
                                const std::byte*, std::uint8_t*);

}  // namespace roiflow
