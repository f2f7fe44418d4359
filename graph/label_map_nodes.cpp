#include "graph/label_map_nodes.hpp"

#include "graph/dataset_frames.hpp"
#include "stages/decode/encode.hpp"

namespace roiflow {
namespace {

EncodedLabelMap encode_stage(const LabelMap& map) {
  return {map, encode_png(map)};
}

}  // namespace

/// Only the counts travel on.
Segmented compare_label_map(const EncodedLabelMap& predicted, const Source& source,
                            const std::optional<SemanticClasses>& classes,
                            const DecodeLimits& limits) {
  Segmented result{.png = predicted.png, .confusion = std::nullopt};
  if (!classes || source.label_map.empty()) return result;
  result.confusion.emplace(*classes).add(decode_truth(source, limits), predicted.map);
  return result;
}

PipelineNode<LabelMap, Segmented> add_label_map_nodes(
    Pipeline& graph, int slots, const std::optional<SemanticClasses>& classes) {
  auto encode = graph.node<LabelMap>("encode", slots, encode_stage);
  auto confusion =
      graph.node<EncodedLabelMap>("confusion", slots,
                                  [classes, limits = graph.limits().decode](
                                      const EncodedLabelMap& predicted, const Source& source) {
                                    return compare_label_map(predicted, source, classes, limits);
                                  });
  graph.connect(encode, confusion);
  return {encode.in, confusion.out, encode.entry, confusion.exit};
}

}  // namespace roiflow
