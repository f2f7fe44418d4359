#include "stages/model/resnet.hpp"

#include "stages/model/layer_writer.hpp"

namespace roiflow {

namespace {

/// What distinguishes one layer (a row of blocks) from the others.
struct LayerShape {
  std::int64_t planes = 0;
  std::int64_t stride = 1;
  std::int64_t first_dilation = 1;  ///< of the first block
  std::int64_t dilation = 1;        ///< of the others
};

/// One network being written down: where to, and what all blocks have in common.
class ResnetWriter {
 public:
  ResnetWriter(ModelGraph& graph, const BackboneDescription& backbone)
      : graph_(graph), writer_(graph, backbone.batch_norm_eps), block_(backbone.block) {}

  std::string stem(const std::string& image, const std::string& prefix, std::int64_t channels) {
    const std::string stem =
        conv_bn(image, prefix + ".conv1", prefix + ".bn1", same_conv(channels, 7, 2));
    const MaxPool pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
    channels_ = channels;
    return graph_.add({prefix + ".maxpool", pool, {writer_.relu(prefix + ".relu", stem)}, ""});
  }

  std::string layer(std::string value, const std::string& prefix, int blocks,
                    const LayerShape& shape) {
    const std::int64_t out_channels = shape.planes * expansion();
    for (int index = 0; index < blocks; ++index) {
      const std::string block = prefix + "." + std::to_string(index);
      const std::int64_t stride = index == 0 ? shape.stride : 1;
      const std::int64_t dilation = index == 0 ? shape.first_dilation : shape.dilation;
      const std::string residual = this->residual(value, block, shape.planes, stride, dilation);
      if (stride != 1 || channels_ != out_channels) {
        value = conv_bn(value, block + ".downsample.0", block + ".downsample.1",
                        same_conv(out_channels, 1, stride));
      }
      const std::string sum = graph_.add({block + ".add", Add{}, {residual, value}, ""});
      value = writer_.relu(block + ".relu", sum);
      channels_ = out_channels;
    }
    return value;
  }

  [[nodiscard]] std::int64_t expansion() const {
    return block_ == ResidualBlock::bottleneck ? 4 : 1;
  }
  [[nodiscard]] std::int64_t channels() const { return channels_; }
  void continue_from(std::int64_t channels) { channels_ = channels; }

 private:
  std::string conv_bn(const std::string& input, const std::string& conv, const std::string& norm,
                      const Conv2d& kind) {
    return writer_.conv_norm(conv, norm, input, kind);
  }

  /// The convolutions of one block, without the addition.
  std::string residual(const std::string& input, const std::string& block, std::int64_t planes,
                       std::int64_t stride, std::int64_t dilation) {
    const Conv2d wide = same_conv(planes, 3, stride, dilation);
    if (block_ == ResidualBlock::basic) {
      const std::string first =
          writer_.relu(block + ".relu1", conv_bn(input, block + ".conv1", block + ".bn1", wide));
      return conv_bn(first, block + ".conv2", block + ".bn2", same_conv(planes, 3, 1, dilation));
    }
    const std::string first = writer_.relu(
        block + ".relu1", conv_bn(input, block + ".conv1", block + ".bn1", same_conv(planes, 1)));
    const std::string second =
        writer_.relu(block + ".relu2", conv_bn(first, block + ".conv2", block + ".bn2", wide));
    return conv_bn(second, block + ".conv3", block + ".bn3", same_conv(planes * expansion(), 1));
  }

  ModelGraph& graph_;
  LayerWriter writer_;
  ResidualBlock block_;
  std::int64_t channels_ = 0;  ///< of the value so far
};

std::int64_t planes_of(const BackboneDescription& backbone, std::size_t layer) {
  return std::int64_t{backbone.width} << layer;
}

}  // namespace

BackboneOutputs add_resnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                           const BackboneDescription& backbone) {
  ResnetWriter writer(graph, backbone);
  std::string value = writer.stem(image, prefix, backbone.stem_channels);
  BackboneOutputs outputs;
  const std::size_t layers = backbone.blocks.size();
  std::int64_t dilation = 1;
  for (std::size_t i = 0; i < layers; ++i) {
    LayerShape shape{planes_of(backbone, i), i == 0 ? 1 : 2, dilation, dilation};
    if (i + static_cast<std::size_t>(backbone.dilated_layers) >= layers) {
      dilation *= shape.stride;
      shape.stride = 1;
      shape.dilation = dilation;
    }
    value =
        writer.layer(value, prefix + ".layer" + std::to_string(i + 1), backbone.blocks[i], shape);
    outputs.values.push_back(value);
    outputs.channels.push_back(writer.channels());
  }
  return outputs;
}

BackboneOutputs add_next_resnet_layer(ModelGraph& graph, const std::string& input,
                                      const std::string& prefix,
                                      const BackboneDescription& backbone, int blocks) {
  const std::size_t layer = backbone.blocks.size();
  ResnetWriter writer(graph, backbone);
  writer.continue_from(planes_of(backbone, layer - 1) * writer.expansion());
  const std::string value =
      writer.layer(input, prefix, blocks, {.planes = planes_of(backbone, layer), .stride = 2});
  return {{value}, {writer.channels()}};
}

}  // namespace roiflow
