#include "stages/execute/device_weights.hpp"

#include <algorithm>

namespace roiflow {
namespace {

std::vector<float> padded_bias(const std::string& parameters, std::int64_t size,
                               const Weights& weights) {
  std::vector<float> bias(static_cast<std::size_t>(size), 0.0F);
  if (const auto own = weights.find(parameters + ".bias"); own != weights.end()) {
    std::ranges::copy(own->second.values, bias.begin());
  }
  return bias;
}

}  // namespace

PackedLayer pack(const ConvolutionStep& step, std::int64_t input_stride, const Weights& weights) {
  const std::vector<float>& from = weights.find(step.parameters + ".weight")->second.values;
  const Conv2d& layer = step.layer;
  const bool grouped = layer.groups > 1;  // then there is no padding inside a group
  const std::int64_t in = grouped ? input_stride / layer.groups : step.channels;
  const std::int64_t padded_in = grouped ? in : input_stride;
  const std::int64_t window = layer.kernel.h * layer.kernel.w;
  PackedLayer packed;
  packed.weight.assign(static_cast<std::size_t>(layer.out_channels * window * padded_in), 0.0F);
  for (std::int64_t out = 0; out < step.out_channels; ++out) {
    for (std::int64_t c = 0; c < in; ++c) {
      for (std::int64_t at = 0; at < window; ++at) {
        packed.weight[static_cast<std::size_t>((out * window + at) * padded_in + c)] =
            from[static_cast<std::size_t>((out * in + c) * window + at)];
      }
    }
  }
  if (layer.bias) packed.bias = padded_bias(step.parameters, layer.out_channels, weights);
  return packed;
}

PackedLayer pack(const LinearStep& step, const DeviceValue& input, const Weights& weights) {
  const WeightTensor& from = weights.find(step.parameters + ".weight")->second;
  const std::int64_t pixels = input.shape[1] * input.shape[2], channels = input.shape[3];
  PackedLayer packed;
  packed.weight.assign(static_cast<std::size_t>(step.features * step.columns), 0.0F);
  for (std::int64_t row = 0; row < from.shape[0]; ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        packed.weight[static_cast<std::size_t>(row * step.columns + pixel * input.stride + c)] =
            from.values[static_cast<std::size_t>((row * channels + c) * pixels + pixel)];
      }
    }
  }
  packed.bias = padded_bias(step.parameters, step.features, weights);
  return packed;
}

}  // namespace roiflow
