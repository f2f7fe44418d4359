#include "graph/run_report.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace roiflow {
namespace {

constexpr double saturated = 0.9;  // share of worker time from which the processor is the limit

double worker_seconds(const NodeReport& node) {
  return node.device ? 0 : node.busy_s;
}

double total_busy(const RunReport& report) {
  return std::accumulate(
      report.nodes.begin(), report.nodes.end(), 0.0,
      [](double sum, const NodeReport& node) { return sum + worker_seconds(node); });
}

}  // namespace

double RunReport::worker_utilisation() const {
  return wall_s > 0 && workers > 0 ? total_busy(*this) / (workers * wall_s) : 0;
}

Bottleneck find_bottleneck(const RunReport& report) {
  if (report.nodes.empty()) return {};
  const double utilisation = report.worker_utilisation();
  if (utilisation >= saturated) {
    const auto& most = *std::ranges::max_element(report.nodes, {}, worker_seconds);
    return {most.name,
            fmt::format("the {} workers are busy {:.0f} % of the time, {:.0f} % of it here",
                        report.workers, 100 * utilisation, 100 * most.busy_s / total_busy(report))};
  }
  const auto& most = *std::ranges::max_element(report.nodes, {}, &NodeReport::utilisation);
  return {most.name,
          fmt::format("its {} place(s) are busy {:.0f} % of the time; the workers only {:.0f} %",
                      most.slots, 100 * most.utilisation(), 100 * utilisation)};
}

}  // namespace roiflow
