#include "graph/segmentation_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/workers.hpp"
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

RunReport run_here(const SegmentationRun& run,
                   const std::function<void(const Token<Segmented>&)>& sink) {
  const SegmenterStages& stages = run.stages;
  const int slots = run.limits.workers;
  Pipeline graph(run.limits, run.trace);
  auto decode = graph.node<EncodedImage>("decode", slots, decode_frame);
  auto preprocess = graph.node<Image>("preprocess", slots, stages.preprocess);
  auto network = graph.node<NetworkInput>("network", slots, stages.network);
  auto label_map = graph.node<ScoreMap>("label_map", slots, stages.label_map);
  auto encode = graph.node<LabelMap>("encode", slots, encode_stage);
  auto confusion = graph.node<EncodedLabelMap>("confusion", slots, Compare(run.classes));

  graph.connect(decode, preprocess);
  graph.connect(preprocess, network);
  graph.connect(network, label_map);
  graph.connect(label_map, encode);
  graph.connect(encode, confusion);
  return graph.run(frames_of(run.data, run.images), decode, confusion, sink);
}

}  // namespace

RunReport run_segmentation(const SegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
