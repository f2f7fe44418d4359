#include "stages/model/detector.hpp"

#include "stages/model/box_head.hpp"
#include "stages/model/fpn.hpp"
#include "stages/model/mask_head.hpp"
#include "stages/model/resnet.hpp"
#include "stages/model/rpn_head.hpp"

namespace roiflow {

namespace {

void name_levels(ModelGraph& graph, const std::string& name,
                 const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    graph.outputs.push_back({name + "." + std::to_string(i), values[i]});
  }
}

ModelGraph build_trunk(const ModelDescription& description) {
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const BackboneOutputs backbone =
      add_resnet(graph, "image", "backbone.body", description.backbone);
  const std::vector<std::string> levels =
      add_fpn(graph, backbone.values, "backbone.fpn", description.fpn);
  const RpnHeadOutputs rpn = add_rpn_head(graph, levels, "rpn.head", description.fpn.channels,
                                          description.anchors_per_position());
  name_levels(graph, "features", levels);
  name_levels(graph, "objectness", rpn.objectness);
  name_levels(graph, "deltas", rpn.deltas);
  return graph;
}

ModelGraph build_box_head(const ModelDescription& description) {
  ModelGraph graph;
  const std::int64_t bins = description.box.roi_bins;
  graph.inputs = {{"pooled", {-1, bins, bins, description.fpn.channels}}};
  const BoxHeadOutputs head = add_box_head(graph, "pooled", description.box, description.classes);
  graph.outputs = {{"logits", head.logits}, {"deltas", head.deltas}};
  return graph;
}

ModelGraph build_mask_head(const ModelDescription& description) {
  ModelGraph graph;
  const std::int64_t bins = description.mask.roi_bins;
  graph.inputs = {{"pooled", {-1, bins, bins, description.fpn.channels}}};
  const MaskHeadOutputs head =
      add_mask_head(graph, "pooled", description.mask, description.classes);
  graph.outputs = {{"logits", head.logits}};
  return graph;
}

}  // namespace

DetectorGraphs build_detector(const ModelDescription& description) {
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
