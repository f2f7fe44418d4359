#include "graph/loss_graph.hpp"

#include "graph/dataset_frames.hpp"
#include "graph/trunk_nodes.hpp"
#include "graph/workers.hpp"

namespace roiflow {
namespace {

RunReport run_here(const LossRun& run,
                   const std::function<void(const Token<DetectorLosses>&)>& sink) {
  const int slots = run.limits.workers;
  Pipeline graph(run.limits);
  auto decode = graph.node<EncodedImage>("decode", slots, DecodeFrame(run.limits.decode));
  const auto backbone = add_trunk(graph, run.stages, slots, decode);
  auto losses =
      graph.node<TrunkResult>("losses", slots, [&](const TrunkResult& trunk, const Source& source) {
        return run.losses(trunk, source.annotations,
                          static_cast<std::uint64_t>(source.record.index));
      });
  graph.connect(backbone, losses);
  return graph.run(frames_of(run.data, {0, run.images}), decode, losses, sink);
}

}  // namespace

RunReport run_losses(const LossRun& run,
                     const std::function<void(const Token<DetectorLosses>&)>& sink) {
  return with_workers(run.limits.workers, [&] { return run_here(run, sink); });
}

}  // namespace roiflow
