#include "graph/detection_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/trunk_nodes.hpp"
#include "graph/workers.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/evaluate/evaluation_params.hpp"
#include "stages/evaluate/image_columns.hpp"

namespace roiflow {
namespace {

/// Compares the detections with the frame's own annotations. Only the records travel on.
class Match {
 public:
  Match(std::span<const Category> categories, const EvaluationTypes& types)
      : params_(coco_params(categories)), types_(types) {}

  Evaluated operator()(const ImageDetections& image, const Source& source) const {
    Evaluated result{.detections = image.detections};
    if (types_.bbox) match(IouType::bbox, image, source, result.bbox, result.bbox_analysis);
    if (types_.segm) match(IouType::segm, image, source, result.segm, result.segm_analysis);
    return result;
  }

 private:
  void match(IouType type, const ImageDetections& image, const Source& source,
             std::optional<ImageMatches>& matches,
             std::optional<ImageAnalysisRecord>& analysis) const {
    const ImageColumns columns = image_columns(params_, type, source.annotations,
                                               std::span<const Detection>(image.detections),
                                               source.record.height, source.record.width);
    ImageMatcher(params_, type).match(matches.emplace(), columns.truth, columns.results, 0);
    analysis = analyse_image(params_, type, columns.truth, columns.results, 0, *matches);
  }

  EvaluationParams params_;
  EvaluationTypes types_;
};

RunReport run_here(const DetectionRun& run,
                   const std::function<void(const Token<Evaluated>&)>& sink) {
  const DetectorStages& stages = run.stages;
  const int slots = run.limits.workers;
  const Match match_stage(run.data.categories(), run.evaluate);

  Pipeline graph(run.limits, run.trace);
  auto decode = graph.node<EncodedImage>("decode", slots, decode_frame);
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
    return graph.run(frames_of(run.data, run.images), decode, match, sink);
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
