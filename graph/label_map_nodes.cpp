#include "graph/label_map_nodes.hpp"

#include "graph/dataset_frames.hpp"
#include "stages/decode/encode.hpp"

namespace roiflow {
namespace {

struct EncodedLabelMap {
  LabelMap map;
  std::vector<std::uint8_t> png;
};

EncodedLabelMap encode_stage(const LabelMap& map) {
  return {map, encode_png(map)};
}

/// Compares the label map with the frame's own. Only the counts travel on.
class Compare {
 public:
  explicit Compare(const std::optional<SemanticClasses>& classes) : classes_(classes) {}

  Segmented operator()(const EncodedLabelMap& predicted, const Source& source) const {
    Segmented result{.png = predicted.png, .confusion = std::nullopt};
    if (!classes_ || source.label_map.empty()) return result;
    result.confusion.emplace(*classes_).add(decode_truth(source), predicted.map);
    return result;
  }

 private:
  std::optional<SemanticClasses> classes_;
};

}  // namespace

PipelineNode<LabelMap, Segmented> add_label_map_nodes(
    Pipeline& graph, int slots, const std::optional<SemanticClasses>& classes) {
  auto encode = graph.node<LabelMap>("encode", slots, encode_stage);
  auto confusion = graph.node<EncodedLabelMap>("confusion", slots, Compare(classes));
  graph.connect(encode, confusion);
  return {encode.in, confusion.out, encode.entry, confusion.exit};
}

}  // namespace roiflow
