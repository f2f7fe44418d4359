#include "stages/model/vgg.hpp"

#include <fmt/format.h>

#include "stages/model/layer_writer.hpp"

namespace roiflow {

namespace {

/// Names in the order of the layers; stages and convolutions count from 1.
class Names {
 public:
  explicit Names(VggNames names) : names_(names) {}

  std::string conv(std::size_t stage, int index) {
    return names_ == VggNames::caffe ? fmt::format("conv{}_{}", stage, index) : next();
  }
  std::string relu(std::size_t stage, int index) {
    return names_ == VggNames::caffe ? fmt::format("relu{}_{}", stage, index) : next();
  }
  std::string pool(std::size_t stage) {
    return names_ == VggNames::caffe ? fmt::format("pool{}", stage) : next();
  }

 private:
  std::string next() { return fmt::format("backbone.features.{}", count_++); }

  VggNames names_;
  int count_ = 0;
};

}  // namespace

BackboneOutputs add_vgg(ModelGraph& graph, const std::string& image,
                        const BackboneDescription& backbone, const VggOptions& options) {
  LayerWriter writer(graph);
  Names names(options.names);
  BackboneOutputs outputs;
  std::string value = image;
  for (std::size_t i = 0; i < backbone.convs.size(); ++i) {
    const std::size_t stage = i + 1;
    const std::int64_t channels = backbone.channels[i];
    for (int index = 1; index <= backbone.convs[i]; ++index) {
      Conv2d conv = same_conv(channels, 3);
      if (value == image) conv.padding = {options.first_padding, options.first_padding};
      value = writer.conv(names.conv(stage, index), value, conv);
      value = writer.relu(names.relu(stage, index), value);
    }
    const std::string before_pooling = value;
    if (stage < backbone.convs.size() || options.pool_all) {
      const MaxPool pool{.ceil_mode = options.ceil_mode};
      value = graph.add({names.pool(stage), pool, {value}, ""});
    }
    outputs.values.push_back(options.pool_all ? value : before_pooling);
    outputs.channels.push_back(channels);
  }
  return outputs;
}

}  // namespace roiflow
