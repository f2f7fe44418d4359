#include "stages/model/fpn.hpp"

namespace roiflow {

std::vector<std::string> add_fpn(ModelGraph& graph, const std::vector<std::string>& layers,
                                 const std::string& prefix, const ModelDescription::Fpn& fpn) {
  const Conv2d lateral{.out_channels = fpn.channels};
  const Conv2d smooth{.out_channels = fpn.channels, .kernel = {3, 3}, .padding = {1, 1}};
  std::vector<std::string> pyramid(layers.size());
  std::string above;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const std::string level = std::to_string(i);
    const std::string inner = prefix + ".inner_blocks." + level + ".0";
    const std::string outer = prefix + ".layer_blocks." + level + ".0";
    std::string sum = graph.add({inner, lateral, {layers[i]}, inner});
    if (!above.empty()) {
      const std::string enlarged =
          graph.add({prefix + ".upsample." + level, UpsampleNearest{}, {above, layers[i]}, ""});
      sum = graph.add({prefix + ".sum." + level, Add{}, {sum, enlarged}, ""});
    }
    pyramid[i] = graph.add({outer, smooth, {sum}, outer});
    above = sum;
  }
  if (fpn.extra_level) {
    const MaxPool every_second{.kernel = {1, 1}, .stride = {2, 2}};
    pyramid.push_back(graph.add({prefix + ".pool", every_second, {pyramid.back()}, ""}));
  }
  return pyramid;
}

}  // namespace roiflow
