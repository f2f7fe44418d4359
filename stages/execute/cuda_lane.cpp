#include "stages/execute/cuda_lane.hpp"

#include "stages/core/error.hpp"
#include "stages/cudnn/backend_descriptor.hpp"

namespace roiflow {

void cublas_check(cublasStatus_t status, const char* what) {
  require(status == CUBLAS_STATUS_SUCCESS, ErrorCode::device, "cuBLASLt: {}: {}", what,
          cublasLtGetStatusString(status));
}

CudnnHandle make_cudnn() {
  cudnnHandle_t handle = nullptr;
  cudnn_check(cudnnCreate(&handle), "the library could not be set up");
  return CudnnHandle(handle);
}

CudaLane::CudaLane() : stream_(make_stream()), cudnn_(make_cudnn()) {
  cudnn_check(cudnnSetStream(cudnn(), stream()), "the stream could not be set");
  cublasLtHandle_t cublas = nullptr;
  cublas_check(cublasLtCreate(&cublas), "the library could not be set up");
  cublas_.reset(cublas);
}

void* CudaLane::workspace(std::size_t bytes) {
  if (workspace_.size() < bytes) {
    cuda_check(cudaStreamSynchronize(stream()), "a lane could not be waited for");
    workspace_ = {};  // first give back, then take: both at once may not fit
    workspace_ = DeviceArray<std::byte>(bytes);
  }
  return workspace_.data();
}

}  // namespace roiflow
