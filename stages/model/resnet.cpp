#include "stages/model/resnet.hpp"

namespace roiflow {

namespace {

/// One network being written down: where to, and what all blocks have in common.
class Writer {
 public:
  Writer(ModelGraph& graph, const ModelDescription::Backbone& backbone)
      : graph_(graph), backbone_(backbone) {}

  /// Convolution without bias, then batch norm; the value is the batch norm's.
  std::string conv_bn(const std::string& input, const std::string& conv, const std::string& norm,
                      std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
    const Conv2d layer{.out_channels = channels,
                       .kernel = {kernel, kernel},
                       .stride = {stride, stride},
                       .padding = {kernel / 2, kernel / 2},
                       .bias = false};
    const std::string convolved = graph_.add({conv, layer, {input}, conv});
    return graph_.add({norm, BatchNorm{backbone_.batch_norm_eps}, {convolved}, norm});
  }

  std::string relu(const std::string& input, const std::string& name) {
    return graph_.add({name, Relu{}, {input}, ""});
  }

  /// The convolutions of one block, without the addition.
  std::string residual(const std::string& input, const std::string& block, std::int64_t planes,
                       std::int64_t stride) {
    if (backbone_.block == ResidualBlock::basic) {
      const std::string first = relu(
          conv_bn(input, block + ".conv1", block + ".bn1", planes, 3, stride), block + ".relu1");
      return conv_bn(first, block + ".conv2", block + ".bn2", planes, 3, 1);
    }
    const std::string first =
        relu(conv_bn(input, block + ".conv1", block + ".bn1", planes, 1, 1), block + ".relu1");
    const std::string second =
        relu(conv_bn(first, block + ".conv2", block + ".bn2", planes, 3, stride), block + ".relu2");
    return conv_bn(second, block + ".conv3", block + ".bn3", planes * expansion(), 1, 1);
  }

  [[nodiscard]] std::int64_t expansion() const {
    return backbone_.block == ResidualBlock::bottleneck ? 4 : 1;
  }

 private:
  ModelGraph& graph_;
  const ModelDescription::Backbone& backbone_;
};

}  // namespace

BackboneOutputs add_resnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                           const ModelDescription::Backbone& backbone) {
  Writer writer(graph, backbone);
  const std::string stem = writer.relu(
      writer.conv_bn(image, prefix + ".conv1", prefix + ".bn1", backbone.stem_channels, 7, 2),
      prefix + ".relu");
  const MaxPool pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
  std::string value = graph.add({prefix + ".maxpool", pool, {stem}, ""});

  BackboneOutputs outputs;
  std::int64_t in_channels = backbone.stem_channels;
  std::int64_t planes = backbone.width;
  for (std::size_t stage = 0; stage < backbone.blocks.size(); ++stage, planes *= 2) {
    const std::int64_t out_channels = planes * writer.expansion();
    for (int index = 0; index < backbone.blocks[stage]; ++index) {
      const std::string block =
          prefix + ".layer" + std::to_string(stage + 1) + "." + std::to_string(index);
      const std::int64_t stride = index == 0 && stage > 0 ? 2 : 1;
      const std::string residual = writer.residual(value, block, planes, stride);
      if (stride != 1 || in_channels != out_channels) {
        value = writer.conv_bn(value, block + ".downsample.0", block + ".downsample.1",
                               out_channels, 1, stride);
      }
      const std::string sum = graph.add({block + ".add", Add{}, {residual, value}, ""});
      value = writer.relu(sum, block + ".relu");
      in_channels = out_channels;
    }
    outputs.values.push_back(value);
    outputs.channels.push_back(out_channels);
  }
  return outputs;
}

}  // namespace roiflow
