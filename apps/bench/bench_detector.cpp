#include <atomic>
#include <iostream>

#include <fmt/format.h>

#include "apps/bench/bench_accuracy.hpp"
#include "apps/bench/bench_proposals.hpp"
#include "apps/bench/bench_rows.hpp"
#include "graph/detection_graph.hpp"
#include "stages/model/detector.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

/// Counts the regions that went through the heads, so that their arithmetic can be stated.
struct RegionCounts {
  std::atomic<std::int64_t> proposals = 0;
  std::atomic<std::int64_t> detections = 0;
};

DetectorStages counting(DetectorStages stages, RegionCounts& counts) {
  stages.propose = [inner = stages.propose, &counts](const TrunkResult& in) {
    Proposed out = inner(in);
    counts.proposals += std::ssize(out.boxes);
    return out;
  };
  stages.detect = [inner = stages.detect, &counts](const Classified& in) {
    Detected out = inner(in);
    counts.detections += std::ssize(out.boxes);
    return out;
  };
  return stages;
}

/// Floating-point operations of the network for an average image of the measured runs.
double flops_per_image(const DetectorGraphs& graphs, const NetworkInput& input, double proposals,
                       double detections) {
  const auto one_region = [&](const ModelGraph& head) {
    Shape<4> shape = head.inputs.front().shape;
    shape[0] = 1;
    return flops_of(head, shape);
  };
  double flops = flops_of(graphs.trunk, input.pixels.shape());
  flops += proposals * one_region(graphs.box_head);
  if (graphs.mask_head) flops += detections * one_region(*graphs.mask_head);
  return flops;
}

constexpr std::int64_t images_for_proposals = 8;

std::string proposals_text(const ProposalTimes& times) {
  const double rpn = times.rpn_head + times.rpn_boxes;
  return fmt::format(
      "proposals of an image on one core (median of {}): RPN {:.2f} ms (head {:.2f}, boxes "
      "{:.2f}), "
      "Selective Search {:.0f} ms: {:.0f} times\n",
      times.images, 1e3 * rpn, 1e3 * times.rpn_head, 1e3 * times.rpn_boxes,
      1e3 * times.selective_search, rpn > 0 ? times.selective_search / rpn : 0);
}

Json proposals_json(const ProposalTimes& times) {
  return {{"images", times.images},
          {"rpn_head_seconds", times.rpn_head},
          {"rpn_boxes_seconds", times.rpn_boxes},
          {"selective_search_seconds", times.selective_search}};
}

}  // namespace

void bench_detector(const BenchJob& job) {
  RegionCounts counts;
  const DetectorStages stages = counting(std::get<DetectorStages>(job.model.stages), counts);
  const EvaluationTypes evaluate = types_to_evaluate(job.data, stages.has_masks());
  const NetworkInput input = stages.preprocess(first_image(job));
  (void)stages.profile_trunk(input);  // warm: plans, pages, caches
  const std::vector<StepTime> steps = stages.profile_trunk(input);
  const DetectorGraphs graphs = build_detector(job.model.description);
  double images = 0;
  const Json rows = bench_rows(
      job,
      [&](const GraphLimits& limits) {
        images += static_cast<double>(job.images);
        return detect_once(
            DetectionRun{job.data, stages, {0, job.images}, evaluate, limits, nullptr});
      },
      [&] {
        return flops_per_image(graphs, input, static_cast<double>(counts.proposals) / images,
                               static_cast<double>(counts.detections) / images);
      });
  std::cout << fmt::format("not convolutions: {:.1f} % of the backbone node's time\n",
                           100 * other_share(steps));
  Json proposals;
  if (!stages.needs_proposals()) {
    const ProposalTimes times =
        measure_proposals(job.data, stages, std::min(job.images, images_for_proposals), job.decode);
    std::cout << proposals_text(times);
    proposals = proposals_json(times);
  }
  write_bench(job, rows, {{"trunk_other_share", other_share(steps)}, {"proposals", proposals}});
}

}  // namespace roiflow
