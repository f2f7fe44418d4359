#include "stages/model/box_head.hpp"

#include "stages/core/error.hpp"
#include "stages/model/fbnet.hpp"
#include "stages/model/layer_writer.hpp"
#include "stages/model/resnet.hpp"

namespace roiflow {

namespace {

const std::string head = "roi_heads.box_head.";

std::string add_mlp(LayerWriter& writer, const std::string& pooled, std::int64_t hidden) {
  const std::string fc6 = writer.relu(writer.linear(head + "fc6", pooled, hidden));
  return writer.relu(writer.linear(head + "fc7", fc6, hidden));
}

/// Numbered as in torchvision's Sequential: blocks, Flatten, Linear.
std::string add_conv_fc(LayerWriter& writer, const std::string& pooled,
                        const BoxHeadDescription& box) {
  std::string value = pooled;
  for (int i = 0; i < box.convs; ++i) {
    const std::string name = head + std::to_string(i);
    value = writer.relu(writer.conv_block(name, value, same_conv(box.conv_channels, 3), true));
  }
  return writer.relu(writer.linear(head + std::to_string(box.convs + 1), value, box.hidden));
}

std::string add_res5(ModelGraph& graph, const std::string& pooled,
                     const BackboneDescription& backbone, int blocks) {
  const std::string layer = "layer" + std::to_string(backbone.blocks.size() + 1);
  const BackboneOutputs last = add_next_resnet_layer(graph, pooled, head + layer, backbone, blocks);
  return graph.add({head + "mean", GlobalMean{}, {last.values.front()}, ""});
}

std::string add_inverted(ModelGraph& graph, const std::string& pooled, std::int64_t channels,
                         const InvertedStage& blocks) {
  const std::string last = add_inverted_blocks(graph, pooled, channels, head + "blocks", blocks);
  return graph.add({head + "mean", GlobalMean{}, {last}, ""});
}

std::string add_features(ModelGraph& graph, LayerWriter& writer, const std::string& pooled,
                         std::int64_t channels, const ModelDescription& description) {
  const BoxHeadDescription& box = description.box;
  switch (box.kind) {
    case BoxHeadKind::mlp:
      return add_mlp(writer, pooled, box.hidden);
    case BoxHeadKind::conv_fc:
      return add_conv_fc(writer, pooled, box);
    case BoxHeadKind::res5:
      return add_res5(graph, pooled, description.backbone, box.blocks);
    case BoxHeadKind::inverted:
      return add_inverted(graph, pooled, channels, box.inverted);
  }
  fail(ErrorCode::internal, "unknown box head");
}

}  // namespace

BoxHeadOutputs add_box_head(ModelGraph& graph, const std::string& pooled, std::int64_t channels,
                            const ModelDescription& description) {
  LayerWriter writer(graph, description.backbone.batch_norm_eps);
  const std::string features = add_features(graph, writer, pooled, channels, description);
  const std::string predictor = "roi_heads.box_predictor.";
  const std::int64_t classes = description.classes;
  return {writer.linear(predictor + "cls_score", features, classes),
          writer.linear(predictor + "bbox_pred", features, 4 * classes)};
}

}  // namespace roiflow
