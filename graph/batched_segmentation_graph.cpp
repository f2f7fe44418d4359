#include "graph/batched_segmentation_graph.hpp"

#include "graph/batch_images.hpp"
#include "graph/dataset_frames.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

RunReport run_here(const BatchedSegmentationRun& run,
                   const std::function<void(const Token<Segmented>&)>& sink) {
  const int slots = run.limits.workers;
  DeviceHealth health;
  Pipeline graph(run.limits, run.trace);
  const auto images = add_batch_images(graph, slots, health);
  DeviceNode<LabelMap> device(graph, run.segmenter.engines, run.part.count, health);
  const auto ending = add_label_map_nodes(graph, slots, run.classes);
  graph.connect(images, device.node());
  graph.connect(device.node(), ending);
  return graph.run(frames_while(health, frames_of(run.data, run.part)), images, ending, sink);
}

}  // namespace

RunReport run_segmentation(const BatchedSegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
