#include <iostream>

#include <fmt/format.h>

#include "apps/bench/bench_accuracy.hpp"
#include "apps/bench/bench_rows.hpp"
#include "graph/segmentation_graph.hpp"
#include "stages/model/fcn.hpp"

namespace roiflow {
namespace {

/// Of the node label_map in the time that it and the network are busy.
double label_map_share(const nlohmann::ordered_json& row) {
  const auto& busy = row["busy_ms_per_image"];
  const double own = busy["label_map"], network = busy["network"];
  return own + network > 0 ? own / (own + network) : 0;
}

}  // namespace

void bench_segmenter(const BenchJob& job) {
  const auto& stages = std::get<SegmenterStages>(job.model.stages);
  const NetworkInput input = stages.preprocess(first_image(job));
  (void)stages.profile_network(input);  // warm: plans, pages, caches
  const std::vector<StepTime> steps = stages.profile_network(input);
  const double flops = flops_of(build_fcn(job.model.description).graph, input.pixels.shape());
  const std::optional<SemanticClasses> classes = classes_to_evaluate(job.data);
  const nlohmann::ordered_json rows = bench_rows(
      job,
      [&](const GraphLimits& limits) {
        return segment_once(
            SegmentationRun{job.data, stages, {0, job.images}, classes, limits, nullptr});
      },
      [&] { return flops; });
  const double share = label_map_share(rows.back());
  std::cout << fmt::format(
      "not convolutions: {:.1f} % of the network node's time; upsampling and argmax: {:.1f} % of "
      "both\n",
      100 * other_share(steps), 100 * share);
  write_bench(job, rows, {{"network_other_share", other_share(steps)}, {"label_map_share", share}});
}

}  // namespace roiflow
