#include "stages/model/fbnet.hpp"

#include <fmt/format.h>

#include "stages/model/layer_writer.hpp"

namespace roiflow {
namespace {

/// Writes one block after the other; knows the value so far and its channels.
class BlockWriter {
 public:
  BlockWriter(ModelGraph& graph, std::string value, std::int64_t channels, std::string suffix)
      : graph_(graph), value_(std::move(value)), channels_(channels), suffix_(std::move(suffix)) {}

  void stem(const std::string& name, std::int64_t channels) {
    value_ = relu(name, conv(name + ".conv", value_, same_conv(channels, 3, 2)));
    channels_ = channels;
  }

  void block(const std::string& name, const InvertedResidual& block) {
    const std::string input = value_;
    const std::int64_t hidden = block.hidden > 0 ? block.hidden : channels_;
    if (block.hidden > 0) {
      value_ = relu(name + ".pw", conv(name + ".pw.conv", value_, same_conv(hidden, 1)));
    }
    if (block.enlarge > 1) {
      const EnlargeNearest enlarge{{block.enlarge, block.enlarge}};
      value_ = graph_.add({name + ".upsample" + suffix_, enlarge, {value_}, ""});
    }
    Conv2d depthwise = same_conv(hidden, block.kernel, block.stride);
    depthwise.groups = hidden;
    depthwise.bias = false;
    value_ = conv(name + ".dw.conv", value_, depthwise);
    value_ = conv(name + ".pwl.conv", value_, same_conv(block.channels, 1));
    if (block.stride == 1 && block.enlarge == 1 && block.channels == channels_) {
      value_ = graph_.add({name + ".add" + suffix_, Add{}, {value_, input}, ""});
    }
    channels_ = block.channels;
  }

  [[nodiscard]] const std::string& value() const { return value_; }
  [[nodiscard]] std::int64_t channels() const { return channels_; }

 private:
  std::string conv(const std::string& name, const std::string& input, const Conv2d& kind) {
    return graph_.add({name + suffix_, kind, {input}, name});
  }
  std::string relu(const std::string& name, const std::string& input) {
    return graph_.add({name + ".relu" + suffix_, Relu{}, {input}, ""});
  }

  ModelGraph& graph_;
  std::string value_;
  std::int64_t channels_;
  std::string suffix_;
};

}  // namespace

BackboneOutputs add_fbnet(ModelGraph& graph, const std::string& image, const std::string& prefix,
                          const BackboneDescription& backbone) {
  constexpr std::int64_t image_channels = 3;
  BlockWriter writer(graph, image, image_channels, "");
  BackboneOutputs outputs;
  for (std::size_t stage = 0; stage < backbone.inverted.size(); ++stage) {
    const auto name = [&](std::size_t index) {
      return fmt::format("{}.trunk{}.fbnetv2_{}_{}", prefix, stage, stage, index);
    };
    const std::size_t first = stage == 0 ? 1 : 0;
    if (stage == 0) writer.stem(name(0), backbone.stem_channels);
    const InvertedStage& blocks = backbone.inverted[stage];
    for (std::size_t i = 0; i < blocks.size(); ++i) writer.block(name(first + i), blocks[i]);
    outputs.values.push_back(writer.value());
    outputs.channels.push_back(writer.channels());
  }
  return outputs;
}

std::string add_inverted_blocks(ModelGraph& graph, const std::string& input, std::int64_t channels,
                                const std::string& prefix, const InvertedStage& blocks,
                                const std::string& suffix) {
  BlockWriter writer(graph, input, channels, suffix);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    writer.block(fmt::format("{}.fbnetv2_0_{}", prefix, i), blocks[i]);
  }
  return writer.value();
}

}  // namespace roiflow
