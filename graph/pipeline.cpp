#include "graph/pipeline.hpp"

#include <algorithm>

namespace roiflow {

NodeProbe& Pipeline::probe(const std::string& name, int slots, bool device) {
  NodeStats& stats = stats_.emplace_back(name, slots, device);
  return probes_.emplace_back(NodeProbe{&stats, nullptr, trace_});
}

void Pipeline::begin() {
  start_ = NodeStats::Clock::now();
  for (NodeStats& stats : stats_) stats.begin(start_);
  if (trace_) trace_->begin(start_);
}

RunReport Pipeline::finish(RunReport report, std::int64_t expected) {
  const auto stop = NodeStats::Clock::now();
  for (const auto& check : checks_) check();
  // Where a run was stopped, frames that wait for their batch to fill wait for ever.
  require(report.stopped || (report.read == expected && report.retired == expected),
          ErrorCode::internal,
          "the graph lost frames: the data set has {}, {} were read, {} reached the sink", expected,
          report.read, report.retired);
  report.wall_s = std::chrono::duration<double>(stop - start_).count();
  report.workers = limits_.workers;
  report.in_flight = limits_.in_flight;
  for (NodeStats& stats : stats_) {
    stats.end(stop);
    report.nodes.push_back(stats.report());
  }
  // The reading node is made last, since run() makes it, but it stands first in the picture.
  const auto reader = std::ranges::find(report.nodes, "read", &NodeReport::name);
  std::rotate(report.nodes.begin(), reader, reader + 1);
  return report;
}

}  // namespace roiflow
