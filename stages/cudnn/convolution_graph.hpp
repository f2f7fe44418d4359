/// A convolution with what is fused behind it, as an operation graph of cuDNN:
///
///   y = relu(conv(x, w) + z + bias)         z, bias and the ReLU where the layer has them
///
/// All tensors are packed NHWC of one element type, filters KRSC; sums are float32. The order (z
/// before bias) and a bias of the same element type are what cuDNN has ready-made kernels for; any
/// other order leaves only kernels that are compiled when the program runs.
///
/// Reference: cuDNN 9, "Graph API": support surfaces of the fused convolution engines.
/// Errors: Error{device} if cuDNN does not accept the graph.
#pragma once

#include <cstdint>
#include <string>

#include "stages/core/tensor.hpp"
#include "stages/cudnn/backend_descriptor.hpp"
#include "stages/kernels/element.hpp"
#include "stages/model/layer.hpp"

namespace roiflow {

/// Channels as they are in memory, padding included.
struct ConvolutionSpec {
  Shape<4> input{};  ///< NHWC
  Conv2d layer;      ///< `bias` must hold if `add` or `relu` does
  Precision precision = Precision::f16;

  /// NHWC.
  [[nodiscard]] Shape<4> output() const;
  /// Names the pattern and all extents: equal for equal work.
  [[nodiscard]] std::string key() const;
};

/// By which the tensors of a graph are named when it runs.
enum class TensorId : std::int64_t { x = 1, w, y, z, bias };

cudnnDataType_t cudnn_type(Precision precision);

/// `handle`: of the device that will run it, or null.
BackendDescriptor convolution_graph(const ConvolutionSpec& spec, cudnnHandle_t handle = nullptr);

}  // namespace roiflow
