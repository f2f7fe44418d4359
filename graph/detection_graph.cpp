#include "graph/detection_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/match_stage.hpp"
#include "graph/trunk_nodes.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

RunReport run_here(const DetectionRun& run,
                   const std::function<void(const Token<Evaluated>&)>& sink) {
  const DetectorStages& stages = run.stages;
  const int slots = run.limits.workers;
  const Match match_stage(run.data.categories(), run.evaluate);

  Pipeline graph(run.limits, run.trace);
  auto decode = graph.node<EncodedImage>("decode", slots, DecodeFrame(run.limits.decode));
  const auto backbone = add_trunk(graph, stages, slots, decode);
  auto proposals = graph.node<TrunkResult>("proposals", slots, stages.propose);
  auto box_head = graph.node<Proposed>("box_head", slots, stages.box_head);
  auto detections = graph.node<Classified>("detections", slots, stages.detect);

  graph.connect(backbone, proposals);
  graph.connect(proposals, box_head);
  graph.connect(box_head, detections);
  const auto match_and_run = [&](const auto& last) {
    auto match = graph.node<ImageDetections>("match", slots, match_stage);
    graph.connect(last, match);
    return graph.run(frames_of(run.data, run.part), decode, match, sink);
  };
  if (stages.has_masks()) {
    auto mask_head = graph.node<Detected>("mask_head", slots, stages.mask_head);
    auto paste = graph.node<Masked>("paste", slots, stages.paste);
    graph.connect(detections, mask_head);
    graph.connect(mask_head, paste);
    return match_and_run(paste);
  }
  auto finish = graph.node<Detected>("finish", slots, stages.finish);
  graph.connect(detections, finish);
  return match_and_run(finish);
}

}  // namespace

RunReport run_detection(const DetectionRun& run,
                        const std::function<void(const Token<Evaluated>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
