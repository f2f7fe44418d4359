#include "graph/segmenter_loss_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

LabelMap truth_of(const Source& source, const DecodeLimits& limits) {
  require(!source.label_map.empty(), ErrorCode::bad_data,
          "ground truth: the loss needs a label map, found none");
  return decode_truth(source, limits);
}

RunReport run_here(const SegmenterLossRun& run,
                   const std::function<void(const Token<SegmenterLosses>&)>& sink) {
  const int slots = run.limits.workers;
  Pipeline graph(run.limits);
  auto decode = graph.node<EncodedImage>("decode", slots, DecodeFrame(run.limits.decode));
  auto preprocess = graph.node<Image>("preprocess", slots, run.stages.preprocess);
  auto network = graph.node<NetworkInput>("network", slots, run.stages.network);
  auto loss =
      graph.node<ScoreMap>("loss", slots, [&](const ScoreMap& scores, const Source& source) {
        return run.loss(scores, truth_of(source, run.limits.decode));
      });
  graph.connect(decode, preprocess);
  graph.connect(preprocess, network);
  graph.connect(network, loss);
  return graph.run(frames_of(run.data, {0, run.images}), decode, loss, sink);
}

}  // namespace

RunReport run_segmenter_losses(const SegmenterLossRun& run,
                               const std::function<void(const Token<SegmenterLosses>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
