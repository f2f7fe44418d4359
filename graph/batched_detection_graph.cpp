#include "graph/batched_detection_graph.hpp"

#include "graph/batch_images.hpp"
#include "graph/dataset_frames.hpp"
#include "graph/match_stage.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

RunReport run_here(const BatchedDetectionRun& run,
                   const std::function<void(const Token<Evaluated>&)>& sink) {
  const BatchDetector& detector = run.detector;
  const int slots = run.limits.workers;
  DeviceHealth health;
  Pipeline graph(run.limits, run.trace);
  const auto images = add_batch_images(graph, slots, health, detector.find_regions);
  DeviceNode<DeviceDetections> device(graph, detector.engines, run.part.count, health);
  auto finish = graph.node<DeviceDetections>("finish", slots, detector.finish);
  auto match =
      graph.node<ImageDetections>("match", slots, Match(run.data.categories(), run.evaluate));
  graph.connect(images, device.node());
  graph.connect(device.node(), finish);
  graph.connect(finish, match);
  return graph.run(frames_while(health, frames_of(run.data, run.part)), images, match, sink);
}

}  // namespace

RunReport run_detection(const BatchedDetectionRun& run,
                        const std::function<void(const Token<Evaluated>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
