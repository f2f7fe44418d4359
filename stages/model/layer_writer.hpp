/// Writes the groups of layers that all networks are made of. Private to this room.
///
/// Every function appends to the graph and returns the name of the last value; a layer and its
/// tensors have the same name unless said otherwise.
#pragma once

#include <string>

#include "stages/model/model_graph.hpp"

namespace roiflow {

class LayerWriter {
 public:
  explicit LayerWriter(ModelGraph& graph, double batch_norm_eps = 1e-5)
      : graph_(graph), batch_norm_eps_(batch_norm_eps) {}

  std::string conv(const std::string& name, const std::string& input, const Conv2d& conv) {
    return graph_.add({name, conv, {input}, name});
  }

  /// The convolution has no bias; the value is the batch norm's.
  std::string conv_norm(const std::string& conv_name, const std::string& norm_name,
                        const std::string& input, Conv2d conv) {
    conv.bias = false;
    const std::string convolved = graph_.add({conv_name, conv, {input}, conv_name});
    return graph_.add({norm_name, BatchNorm{batch_norm_eps_}, {convolved}, norm_name});
  }

  /// As torchvision's Conv2dNormActivation without the activation: NAME.0 is the convolution,
  /// NAME.1 its batch norm, if it has one.
  std::string conv_block(const std::string& name, const std::string& input, const Conv2d& kind,
                         bool batch_norm) {
    if (batch_norm) return conv_norm(name + ".0", name + ".1", input, kind);
    return conv(name + ".0", input, kind);
  }

  std::string linear(const std::string& name, const std::string& input, std::int64_t features) {
    return graph_.add({name, Linear{.out_features = features}, {input}, name});
  }

  std::string relu(const std::string& name, const std::string& input) {
    return graph_.add({name, Relu{}, {input}, ""});
  }
  std::string relu(const std::string& input) { return relu(input + ".relu", input); }

 private:
  ModelGraph& graph_;
  double batch_norm_eps_;
};

/// A convolution of KERNEL x KERNEL, padded so that stride 1 keeps the size.
[[nodiscard]] inline Conv2d same_conv(std::int64_t out_channels, std::int64_t kernel,
                                      std::int64_t stride = 1, std::int64_t dilation = 1) {
  const std::int64_t padding = kernel / 2 * dilation;
  return {.out_channels = out_channels,
          .kernel = {kernel, kernel},
          .stride = {stride, stride},
          .padding = {padding, padding},
          .dilation = {dilation, dilation}};
}

}  // namespace roiflow
