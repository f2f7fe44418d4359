#include "stages/cuda/cuda_check.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

void cuda_check(cudaError_t status, std::string_view what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // or the next launch would report it once more
  const std::string_view advice = status == cudaErrorMemoryAllocation
                                      ? "; --batch and --lanes set how much is computed at once"
                                      : "";
  fail(ErrorCode::device, "CUDA: {}: {} ({}){}", what, cudaGetErrorString(status),
       cudaGetErrorName(status), advice);
}

}  // namespace roiflow
