#include "stages/execute/linear_cuda.hpp"

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t most_workspace = std::size_t{32} << 20U;

cudaDataType_t element_type(Precision precision) {
  switch (precision) {
    case Precision::f16:
      return CUDA_R_16F;
    case Precision::bf16:
      return CUDA_R_16BF;
    case Precision::f32:
    case Precision::tf32:
      break;
  }
  return CUDA_R_32F;
}

template <class T>
void set(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t name, const T& value) {
  cublas_check(cublasLtMatmulDescSetAttribute(product, name, &value, sizeof(value)),
               "an attribute of a product");
}

template <class T>
void set(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t name,
         const T& value) {
  cublas_check(cublasLtMatmulPreferenceSetAttribute(preference, name, &value, sizeof(value)),
               "a preference of a product");
}

}  // namespace

LinearCuda::Layout LinearCuda::layout(Precision precision, std::int64_t rows,
                                      std::int64_t columns) {
  cublasLtMatrixLayout_t made = nullptr;
  cublas_check(
      cublasLtMatrixLayoutCreate(&made, element_type(precision), static_cast<std::uint64_t>(rows),
                                 static_cast<std::uint64_t>(columns), rows),
      "a matrix could not be described");
  return Layout(made);
}

// cuBLASLt's matrices are column-major: what is [rows, columns] here is its transpose there, and
// y^T = w x^T, where w is read transposed.
LinearCuda::LinearCuda(const CudaLane& lane, const LinearStep& step, Precision precision,
                       const void* bias)
    : w_(layout(precision, step.columns, step.features)),
      x_(layout(precision, step.columns, step.rows)),
      y_(layout(precision, step.features, step.rows)) {
  const cublasComputeType_t compute =
      precision == Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  cublasLtMatmulDesc_t product = nullptr;
  cublas_check(cublasLtMatmulDescCreate(&product, compute, CUDA_R_32F),
               "a product could not be described");
  product_.reset(product);
  set(product, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
  set(product, CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N);
  set(product, CUBLASLT_MATMUL_DESC_EPILOGUE,
      step.layer.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS);
  set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  choose_algorithm(lane);
}

void LinearCuda::choose_algorithm(const CudaLane& lane) {
  cublasLtMatmulPreference_t made = nullptr;
  cublas_check(cublasLtMatmulPreferenceCreate(&made), "preferences could not be made");
  const std::unique_ptr<std::remove_pointer_t<cublasLtMatmulPreference_t>,
                        DestroyCublasDescriptor<cublasLtMatmulPreferenceDestroy>>
      preference(made);
  set(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, most_workspace);
  const std::uint32_t whole_sums = CUBLASLT_REDUCTION_SCHEME_NONE;
  set(made, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, whole_sums);
  int found = 0;
  cublas_check(cublasLtMatmulAlgoGetHeuristic(lane.cublas(), product_.get(), w_.get(), x_.get(),
                                              y_.get(), y_.get(), made, 1, &algorithm_, &found),
               "no algorithm for a product");
  require(found == 1, ErrorCode::device, "cuBLASLt has no algorithm for a fully connected layer");
}

void LinearCuda::run(const CudaLane& lane, void* y, const void* x, const void* w,
                     void* workspace) const {
  const float one = 1, zero = 0;
  cublas_check(cublasLtMatmul(lane.cublas(), product_.get(), &one, w, w_.get(), x, x_.get(), &zero,
                              y, y_.get(), y, y_.get(), &algorithm_.algo, workspace,
                              algorithm_.workspaceSize, lane.stream()),
               "a fully connected layer did not run");
}

}  // namespace roiflow
