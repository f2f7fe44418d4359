/// What computes one batch at a time on a GPU: a stream, the libraries' handles bound to it, and
/// the workspace that all of its plans share.
///
/// A lane belongs to the device that was current when it was made. One thread at a time uses it.
#pragma once

#include <cstddef>
#include <memory>

#include <cublasLt.h>
#include <cudnn_graph.h>

#include "stages/cuda/handles.hpp"
#include "stages/cuda/memory.hpp"

namespace roiflow {

struct DestroyCudnn {
  void operator()(cudnnHandle_t handle) const noexcept { cudnnDestroy(handle); }
};
struct DestroyCublasLt {
  void operator()(cublasLtHandle_t handle) const noexcept { cublasLtDestroy(handle); }
};

using CudnnHandle = std::unique_ptr<cudnnContext, DestroyCudnn>;

/// For the current device. Throws Error{device}.
CudnnHandle make_cudnn();

class CudaLane {
 public:
  CudaLane();

  [[nodiscard]] cudaStream_t stream() const { return stream_.get(); }
  [[nodiscard]] cudnnHandle_t cudnn() const { return cudnn_.get(); }
  [[nodiscard]] cublasLtHandle_t cublas() const { return cublas_.get(); }

  /// At least so many bytes; a larger block takes the place of the one before, after what was
  /// enqueued has run.
  void* workspace(std::size_t bytes);

 private:
  Stream stream_;
  CudnnHandle cudnn_;
  std::unique_ptr<cublasLtContext, DestroyCublasLt> cublas_;
  DeviceArray<std::byte> workspace_;
};

/// Throws Error{device} unless the call succeeded.
void cublas_check(cublasStatus_t status, const char* what);

}  // namespace roiflow
