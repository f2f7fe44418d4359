#include "stages/kernels/device_block.cuh"
#include "stages/kernels/element.cuh"
#include "stages/preprocess/preprocess_cuda.hpp"
#include "stages/preprocess/preprocess_kernels.hpp"

namespace roiflow {

template <class T>
void launch_preprocess(cudaStream_t stream, T* out, int channels, const PreprocessBatch& batch,
                       const std::byte* block, std::uint8_t* scratch) {
  if (batch.mode == PreprocessMode::pillow) {
    launch_blocks(stream, NarrowRows{batch, block, scratch}, batch.rows);
  }
  const auto launch = [&](const auto& make) { launch_each(stream, make, make.count()); };
  if (fits_packs<4>(out, channels)) {
    launch(MakeInput<T, 4>{batch, block, scratch, channels, out});
  } else {
    launch(MakeInput<T, 1>{batch, block, scratch, channels, out});
  }
}

template void launch_preprocess(cudaStream_t, float*, int, const PreprocessBatch&, const std::byte*,
                                std::uint8_t*);
template void launch_preprocess(cudaStream_t, __half*, int, const PreprocessBatch&,
                                const std::byte*, std::uint8_t*);
template void launch_preprocess(cudaStream_t, __nv_bfloat16*, int, const PreprocessBatch&,
                                const std::byte*, std::uint8_t*);

}  // namespace roiflow
