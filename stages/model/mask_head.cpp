#include "stages/model/mask_head.hpp"

#include "stages/model/fbnet.hpp"
#include "stages/model/layer_writer.hpp"

namespace roiflow {
namespace {

std::string add_convolutions(ModelGraph& graph, const std::string& pooled,
                             const ModelDescription& description) {
  const MaskHeadDescription& mask = description.mask;
  LayerWriter writer(graph, description.backbone.batch_norm_eps);
  std::string value = pooled;
  for (int i = 0; i < mask.convs; ++i) {
    const std::string name = "roi_heads.mask_head." + std::to_string(i);
    value =
        writer.relu(writer.conv_block(name, value, same_conv(mask.channels, 3), mask.batch_norm));
  }
  const std::string name = "roi_heads.mask_predictor.conv5_mask";
  const ConvTranspose2d enlarge{.out_channels = mask.predictor_channels};
  return writer.relu(graph.add({name, enlarge, {value}, name}));
}

}  // namespace

MaskHeadOutputs add_mask_head(ModelGraph& graph, const std::string& pooled, std::int64_t channels,
                              const ModelDescription& description) {
  const std::string hidden =
      description.mask.kind == MaskHeadKind::inverted
          ? add_inverted_blocks(graph, pooled, channels, "roi_heads.mask_head.blocks",
                                description.mask.blocks)
          : add_convolutions(graph, pooled, description);
  const std::string logits = graph.add({mask_logits_parameters,
                                        Conv2d{.out_channels = description.classes},
                                        {hidden},
                                        mask_logits_parameters});
  return {hidden, logits};
}

}  // namespace roiflow
