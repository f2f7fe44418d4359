#include "stages/model/mask_head.hpp"

namespace roiflow {

MaskHeadOutputs add_mask_head(ModelGraph& graph, const std::string& pooled,
                              const ModelDescription::MaskHead& mask, std::int64_t classes) {
  const Conv2d conv{.out_channels = mask.channels, .kernel = {3, 3}, .padding = {1, 1}};
  std::string value = pooled;
  for (int i = 0; i < mask.convs; ++i) {
    const std::string name = "roi_heads.mask_head." + std::to_string(i) + ".0";
    value = graph.add({name, conv, {value}, name});
    value = graph.add({name + ".relu", Relu{}, {value}, ""});
  }
  const std::string name = "roi_heads.mask_predictor.conv5_mask";
  const ConvTranspose2d enlarge{.out_channels = mask.predictor_channels};
  value = graph.add({name, enlarge, {value}, name});
  const std::string hidden = graph.add({name + ".relu", Relu{}, {value}, ""});
  const std::string logits = graph.add(
      {mask_logits_parameters, Conv2d{.out_channels = classes}, {hidden}, mask_logits_parameters});
  return {hidden, logits};
}

}  // namespace roiflow
