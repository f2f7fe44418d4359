/// A graph made ready for a GPU, as data: the steps in order, where every activation lies in one
/// block of memory, and how the weights have to be packed. Nothing here needs a GPU; the tests run
/// such plans on the host.
///
/// Activations are NHWC of one element type. A pixel takes `stride` elements, its channels rounded
/// up to a multiple of channel_multiple; the elements beyond the channels are zeros wherever a step
/// reads them. A value may be a part of a wider one (channels `first` and on), for network outputs.
///
/// Example: the two 1x1 layers of an RPN on 256 channels become one convolution to 3 + 12 channels
/// in pixels of 16 elements; objectness has first 0, deltas first 3, both stride 16.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/kernels/element.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// Where a value lies: `offset` elements from the begin of buffer `buffer`.
struct DeviceValue {
  std::size_t buffer = 0;
  Shape<4> shape{};         ///< logical: batch, height, width, channels
  std::int64_t stride = 0;  ///< elements between two pixels
  std::int64_t first = 0;   ///< channel of the buffer's pixel with which the value begins

  [[nodiscard]] std::int64_t pixels() const { return shape[0] * shape[1] * shape[2]; }
};

/// y = relu(conv(x) + z + bias), as cudnn/convolution_graph.hpp.
struct ConvolutionStep {
  Conv2d layer;               ///< out_channels and groups as in memory, padding included
  std::string parameters;     ///< prefix of its tensors
  std::int64_t channels = 0;  ///< of the input as the tensors have them, without padding
  std::int64_t out_channels = 0;
};

/// y = relu(x * weights^T + bias): x [rows, columns], weights [features, columns].
struct LinearStep {
  Linear layer;
  std::string parameters;
  std::int64_t rows = 0, columns = 0, features = 0;  ///< as in memory
};

/// Everything else: one of our own kernels (layer_kernels.hpp).
struct KernelStep {
  LayerKind kind;
};

struct DeviceStep {
  std::string layer;
  double flops = 0;
  std::variant<ConvolutionStep, LinearStep, KernelStep> work;
  std::vector<DeviceValue> inputs;  ///< of a convolution with `add`: x and z
  DeviceValue output;
};

struct DevicePlan {
  std::vector<DeviceStep> steps;
  std::vector<std::size_t> offsets;  ///< of the buffers, in bytes from the begin of the arena
  std::size_t arena_bytes = 0;
  std::vector<DeviceValue> inputs, outputs;  ///< in the order of the graph's
};

/// Channels of a pixel in memory: 16 bytes' worth in any type, as tensor cores and wide loads want.
inline constexpr std::int64_t channel_multiple = 8;
/// An image's three channels become four: wider costs the first layer more than it gains.
inline constexpr std::int64_t image_stride = 4;

[[nodiscard]] constexpr std::int64_t padded_channels(std::int64_t channels) {
  return channels <= image_stride
             ? image_stride
             : (channels + channel_multiple - 1) / channel_multiple * channel_multiple;
}

/// `model` is prepared (prepare_model.hpp); `element_bytes` 2 or 4. Inputs and outputs keep their
/// memory for the whole run. Throws Error{usage} for shapes that do not fit, Error{device} for
/// layers that no GPU step exists for.
[[nodiscard]] DevicePlan make_device_plan(const ModelGraph& model, std::span<const Shape<4>> inputs,
                                          std::size_t element_bytes);

}  // namespace roiflow
