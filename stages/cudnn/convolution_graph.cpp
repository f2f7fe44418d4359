#include "stages/cudnn/convolution_graph.hpp"

#include <array>
#include <deque>

#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/model/shape_rules.hpp"

namespace roiflow {
namespace {

using Dims = std::vector<std::int64_t>;  // N C H W, as cuDNN names them

Dims as_nchw(const Shape<4>& nhwc) {
  return {nhwc[0], nhwc[3], nhwc[1], nhwc[2]};
}

/// Strides of a packed tensor whose channels lie side by side.
Dims channels_last(const Dims& d) {
  return {d[1] * d[2] * d[3], 1, d[1] * d[3], d[1]};
}

/// Collects the operations and keeps what they are made of until the graph is.
class GraphWriter {
 public:
  explicit GraphWriter(const ConvolutionSpec& spec) : spec_(spec), name_(spec.key()) {}

  const BackendDescriptor& tensor(TensorId id, const Dims& dims) {
    return tensor(static_cast<std::int64_t>(id), dims, cudnn_type(spec_.precision), false);
  }
  /// A value between two operations, in float32.
  const BackendDescriptor& between(const Dims& dims) {
    return tensor(next_virtual_++, dims, CUDNN_DATA_FLOAT, true);
  }

  void convolve(const BackendDescriptor& x, const BackendDescriptor& w,
                const BackendDescriptor& y) {
    const Conv2d& layer = spec_.layer;
    BackendDescriptor& convolution = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    convolution.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
    convolution.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    convolution.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
    convolution.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Dims{layer.padding.h, layer.padding.w});
    convolution.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Dims{layer.padding.h, layer.padding.w});
    convolution.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Dims{layer.stride.h, layer.stride.w});
    convolution.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Dims{layer.dilation.h, layer.dilation.w});
    convolution.finalize();
    BackendDescriptor& forward = operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0F);
    forward.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0F);
    forward.finalize();
  }

  /// y = x + other, or relu(x) where there is no other.
  void pointwise(cudnnPointwiseMode_t mode, const BackendDescriptor& x,
                 const BackendDescriptor* other, const BackendDescriptor& y) {
    BackendDescriptor& function = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    function.set(CUDNN_ATTR_POINTWISE_MODE, mode);
    function.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    function.finalize();
    BackendDescriptor& applied = operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    applied.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
    applied.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
    if (other != nullptr) applied.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *other);
    applied.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    applied.finalize();
  }

  BackendDescriptor finish(cudnnHandle_t handle) {
    BackendDescriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, name_);
    if (handle != nullptr) graph.set_handle(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations_);
    graph.finalize();
    return graph;
  }

 private:
  BackendDescriptor& make(cudnnBackendDescriptorType_t type) {
    return parts_.emplace_back(type, name_);
  }
  BackendDescriptor& operation(cudnnBackendDescriptorType_t type) {
    BackendDescriptor& made = make(type);
    operations_.push_back(&made);
    return made;
  }
  const BackendDescriptor& tensor(std::int64_t id, const Dims& dims, cudnnDataType_t type,
                                  bool is_virtual) {
    constexpr std::int64_t alignment = 16;  // bytes; buffers have at least that
    BackendDescriptor& made = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
    made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    made.set(CUDNN_ATTR_TENSOR_DIMENSIONS, dims);
    made.set(CUDNN_ATTR_TENSOR_STRIDES, channels_last(dims));
    made.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment);
    made.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, is_virtual);
    made.finalize();
    return made;
  }

  const ConvolutionSpec& spec_;
  std::string name_;
  std::deque<BackendDescriptor> parts_;  // a deque: the operations keep references
  std::vector<const BackendDescriptor*> operations_;
  std::int64_t next_virtual_ = 100;
};

std::string_view name(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "f32";
    case Precision::tf32:
      return "tf32";
    case Precision::f16:
      return "f16";
    case Precision::bf16:
      return "bf16";
  }
  fail(ErrorCode::internal, "a precision without a name");
}

}  // namespace

Shape<4> ConvolutionSpec::output() const {
  const std::array<Shape<4>, 2> inputs{input, input};
  Conv2d alone = layer;
  alone.add = false;
  return infer_shape(alone, std::span(inputs).first(1)).shape;
}

std::string ConvolutionSpec::key() const {
  const Conv2d& c = layer;
  return fmt::format(
      "{} conv {}x{}x{}x{} to {}, kernel {}x{}, stride {}x{}, padding {}x{}, dilation {}x{}, "
      "groups {}{}{}{}",
      name(precision), input[0], input[1], input[2], input[3], c.out_channels, c.kernel.h,
      c.kernel.w, c.stride.h, c.stride.w, c.padding.h, c.padding.w, c.dilation.h, c.dilation.w,
      c.groups, c.add ? " +z" : "", c.bias ? " +bias" : "", c.relu ? " relu" : "");
}

cudnnDataType_t cudnn_type(Precision precision) {
  switch (precision) {
    case Precision::f32:
    case Precision::tf32:
      return CUDNN_DATA_FLOAT;
    case Precision::f16:
      return CUDNN_DATA_HALF;
    case Precision::bf16:
      return CUDNN_DATA_BFLOAT16;
  }
  fail(ErrorCode::internal, "a precision without a type");
}

BackendDescriptor convolution_graph(const ConvolutionSpec& spec, cudnnHandle_t handle) {
  const Conv2d& layer = spec.layer;
  require(layer.bias || (!layer.add && !layer.relu), ErrorCode::internal,
          "{}: something fused, but no bias", spec.key());
  GraphWriter graph(spec);
  const Dims out = as_nchw(spec.output());
  const auto& x = graph.tensor(TensorId::x, as_nchw(spec.input));
  const auto& w = graph.tensor(TensorId::w, {layer.out_channels, spec.input[3] / layer.groups,
                                             layer.kernel.h, layer.kernel.w});
  const auto& y = graph.tensor(TensorId::y, out);
  const int fused = (layer.add ? 1 : 0) + (layer.bias ? 1 : 0) + (layer.relu ? 1 : 0);
  int done = 0;
  const auto next = [&]() -> const BackendDescriptor& {
    return ++done <= fused ? graph.between(out) : y;
  };
  const BackendDescriptor* value = &next();
  graph.convolve(x, w, *value);
  const auto append = [&](cudnnPointwiseMode_t mode, const BackendDescriptor* other) {
    const BackendDescriptor& result = next();
    graph.pointwise(mode, *value, other, result);
    value = &result;
  };
  if (layer.add) append(CUDNN_POINTWISE_ADD, &graph.tensor(TensorId::z, out));
  if (layer.bias) {
    append(CUDNN_POINTWISE_ADD, &graph.tensor(TensorId::bias, {1, layer.out_channels, 1, 1}));
  }
  if (layer.relu) append(CUDNN_POINTWISE_RELU_FWD, nullptr);
  return graph.finish(handle);
}

}  // namespace roiflow
