#include "graph/segmentation_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

RunReport run_here(const SegmentationRun& run,
                   const std::function<void(const Token<Segmented>&)>& sink) {
  const SegmenterStages& stages = run.stages;
  const int slots = run.limits.workers;
  Pipeline graph(run.limits, run.trace);
  auto decode = graph.node<EncodedImage>("decode", slots, DecodeFrame(run.limits.decode));
  auto preprocess = graph.node<Image>("preprocess", slots, stages.preprocess);
  auto network = graph.node<NetworkInput>("network", slots, stages.network);
  auto label_map = graph.node<ScoreMap>("label_map", slots, stages.label_map);
  const auto ending = add_label_map_nodes(graph, slots, run.classes);

  graph.connect(decode, preprocess);
  graph.connect(preprocess, network);
  graph.connect(network, label_map);
  graph.connect(label_map, ending);
  return graph.run(frames_of(run.data, run.part), decode, ending, sink);
}

}  // namespace

RunReport run_segmentation(const SegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
