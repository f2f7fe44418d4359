/// A fully connected layer through cuBLASLt, bias and ReLU in the epilogue:
///
///   y[row][feature] = relu(sum of x[row][c] * w[feature][c] + bias[feature])
///
/// Row-major, one element type, sums in float32; f32 multiplies in float32, tf32 on tensor cores.
/// No split sums: a row's result does not depend on how many rows there are beside it in the plan's
/// shape. The algorithm is the first that the library's heuristics name: the same in every run.
///
/// Reference: cuBLAS 13, cublasLtMatmul. Errors: Error{device}.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include <cublasLt.h>

#include "stages/execute/cuda_lane.hpp"
#include "stages/execute/device_plan.hpp"
#include "stages/kernels/element.hpp"

namespace roiflow {

template <auto Destroy>
struct DestroyCublasDescriptor {
  template <class T>
  void operator()(T* descriptor) const noexcept {
    Destroy(descriptor);
  }
};

class LinearCuda {
 public:
  /// `bias`: on the device, lives as long.
  LinearCuda(const CudaLane& lane, const LinearStep& step, Precision precision, const void* bias);

  [[nodiscard]] std::size_t workspace_bytes() const { return algorithm_.workspaceSize; }
  void run(const CudaLane& lane, void* y, const void* x, const void* w, void* workspace) const;

 private:
  using Layout = std::unique_ptr<std::remove_pointer_t<cublasLtMatrixLayout_t>,
                                 DestroyCublasDescriptor<cublasLtMatrixLayoutDestroy>>;
  using Product = std::unique_ptr<std::remove_pointer_t<cublasLtMatmulDesc_t>,
                                  DestroyCublasDescriptor<cublasLtMatmulDescDestroy>>;

  static Layout layout(Precision precision, std::int64_t rows, std::int64_t columns);
  void choose_algorithm(const CudaLane& lane);

  Product product_;
  Layout w_, x_, y_;
  cublasLtMatmulHeuristicResult_t algorithm_{};
};

}  // namespace roiflow
