#include "stages/model/rpn_head.hpp"

#include "stages/model/fbnet.hpp"
#include "stages/model/layer_writer.hpp"

namespace roiflow {

RpnHeadOutputs add_rpn_head(ModelGraph& graph, const std::vector<std::string>& levels,
                            const std::string& prefix, const RpnHeadShape& shape) {
  RpnHeadOutputs outputs;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string at = "@" + std::to_string(i);
    const auto conv = [&](const std::string& part, const Conv2d& kind, const std::string& input) {
      return graph.add({prefix + part + at, kind, {input}, prefix + part});
    };
    std::string hidden = levels[i];
    if (!shape.blocks.empty()) {
      hidden =
          add_inverted_blocks(graph, hidden, shape.channels, prefix + ".blocks", shape.blocks, at);
    }
    const std::int64_t convs = shape.blocks.empty() ? shape.convs : 0;
    for (std::int64_t index = 0; index < convs; ++index) {
      const std::string block = ".conv." + std::to_string(index);
      const std::string convolved = conv(block + ".0", same_conv(shape.channels, 3), hidden);
      hidden = graph.add({prefix + block + ".1" + at, Relu{}, {convolved}, ""});
    }
    outputs.objectness.push_back(conv(".cls_logits", {.out_channels = shape.anchors}, hidden));
    outputs.deltas.push_back(conv(".bbox_pred", {.out_channels = 4 * shape.anchors}, hidden));
  }
  return outputs;
}

}  // namespace roiflow
