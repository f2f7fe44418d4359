#include "stages/model/fpn.hpp"

#include "stages/model/layer_writer.hpp"

namespace roiflow {

std::vector<std::string> add_fpn(ModelGraph& graph, const std::vector<std::string>& layers,
                                 const std::string& prefix, const FpnDescription& fpn,
                                 double batch_norm_eps) {
  LayerWriter writer(graph, batch_norm_eps);
  const auto block = [&](const std::string& name, const std::string& input, std::int64_t kernel) {
    return writer.conv_block(name, input, same_conv(fpn.channels, kernel), fpn.batch_norm);
  };
  std::vector<std::string> pyramid(layers.size());
  std::string above;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const std::string level = std::to_string(i);
    std::string sum = block(prefix + ".inner_blocks." + level, layers[i], 1);
    if (!above.empty()) {
      const std::string enlarged =
          graph.add({prefix + ".upsample." + level, UpsampleNearest{}, {above, layers[i]}, ""});
      sum = graph.add({prefix + ".sum." + level, Add{}, {sum, enlarged}, ""});
    }
    pyramid[i] = block(prefix + ".layer_blocks." + level, sum, 3);
    above = sum;
  }
  if (fpn.extra_level) {
    const MaxPool every_second{.kernel = {1, 1}, .stride = {2, 2}};
    pyramid.push_back(graph.add({prefix + ".pool", every_second, {pyramid.back()}, ""}));
  }
  return pyramid;
}

}  // namespace roiflow
