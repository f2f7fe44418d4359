#include "stages/model/detector.hpp"

#include "stages/core/error.hpp"
#include "stages/model/backbone.hpp"
#include "stages/model/box_head.hpp"
#include "stages/model/fpn.hpp"
#include "stages/model/mask_head.hpp"
#include "stages/model/rpn_head.hpp"

namespace roiflow {

namespace {

void name_levels(ModelGraph& graph, const std::string& name,
                 const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    graph.outputs.push_back({name + "." + std::to_string(i), values[i]});
  }
}

/// The maps that proposals are made from and regions are cut out of.
std::vector<std::string> add_levels(ModelGraph& graph, const ModelDescription& description) {
  const BackboneDescription& backbone = description.backbone;
  const BackboneOutputs body = add_backbone(graph, "image", backbone);
  if (description.fpn.kind == FpnKind::none) return {body.values.back()};
  return add_fpn(graph, body.values, "backbone.fpn", description.fpn, backbone.batch_norm_eps);
}

std::int64_t feature_channels(const ModelDescription& description) {
  if (description.fpn.kind == FpnKind::pyramid) return description.fpn.channels;
  return backbone_channels(description.backbone);
}

ModelGraph build_trunk(const ModelDescription& description) {
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const std::vector<std::string> levels = add_levels(graph, description);
  name_levels(graph, "features", levels);
  if (!description.has_rpn()) return graph;
  const RpnHeadOutputs rpn = add_rpn_head(graph, levels, "rpn.head",
                                          {.channels = feature_channels(description),
                                           .convs = description.rpn.convs,
                                           .blocks = description.rpn.blocks,
                                           .anchors = description.anchors_per_position()});
  name_levels(graph, "objectness", rpn.objectness);
  name_levels(graph, "deltas", rpn.deltas);
  return graph;
}

ModelGraph region_graph(const ModelDescription& description, std::int64_t bins) {
  ModelGraph graph;
  graph.inputs = {{"pooled", {-1, bins, bins, feature_channels(description)}}};
  return graph;
}

ModelGraph build_box_head(const ModelDescription& description) {
  ModelGraph graph = region_graph(description, description.box.roi_bins);
  const BoxHeadOutputs head =
      add_box_head(graph, "pooled", feature_channels(description), description);
  graph.outputs = {{"logits", head.logits}, {"deltas", head.deltas}};
  return graph;
}

ModelGraph build_mask_head(const ModelDescription& description) {
  ModelGraph graph = region_graph(description, description.mask.roi_bins);
  const MaskHeadOutputs head =
      add_mask_head(graph, "pooled", feature_channels(description), description);
  graph.outputs = {{"logits", head.logits}};
  return graph;
}

}  // namespace

DetectorGraphs build_detector(const ModelDescription& description) {
  require(description.is_detector(), ErrorCode::usage, "model {}: is a segmenter, not a detector",
          description.name);
  DetectorGraphs graphs{build_trunk(description), build_box_head(description), std::nullopt};
  if (description.kind == ModelKind::mask_rcnn) graphs.mask_head = build_mask_head(description);
  return graphs;
}

TensorShapes expected_tensors(const DetectorGraphs& graphs) {
  TensorShapes tensors = expected_tensors(graphs.trunk);
  tensors.merge(expected_tensors(graphs.box_head));
  if (graphs.mask_head) tensors.merge(expected_tensors(*graphs.mask_head));
  return tensors;
}

}  // namespace roiflow
