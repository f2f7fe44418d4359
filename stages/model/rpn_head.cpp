#include "stages/model/rpn_head.hpp"

namespace roiflow {

RpnHeadOutputs add_rpn_head(ModelGraph& graph, const std::vector<std::string>& levels,
                            const std::string& prefix, std::int64_t channels,
                            std::int64_t anchors) {
  const Conv2d shared{.out_channels = channels, .kernel = {3, 3}, .padding = {1, 1}};
  RpnHeadOutputs outputs;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string at = "@" + std::to_string(i);
    const auto conv = [&](const std::string& part, const Conv2d& kind, const std::string& input) {
      return graph.add({prefix + part + at, kind, {input}, prefix + part});
    };
    const std::string convolved = conv(".conv.0.0", shared, levels[i]);
    const std::string hidden = graph.add({prefix + ".conv.0.1" + at, Relu{}, {convolved}, ""});
    outputs.objectness.push_back(conv(".cls_logits", {.out_channels = anchors}, hidden));
    outputs.deltas.push_back(conv(".bbox_pred", {.out_channels = 4 * anchors}, hidden));
  }
  return outputs;
}

}  // namespace roiflow
