#include <fmt/format.h>

#include "apps/report/summary.hpp"

namespace roiflow {
namespace {

/// As pycocotools prints them, with our short names in front.
std::string metric_lines(const std::vector<MetricTable>& tables) {
  if (tables.empty()) return {};
  std::string text = fmt::format("{:<8}", "");
  for (const MetricTable& table : tables) text += fmt::format("{:>8}", table.type);
  text += '\n';
  for (std::size_t row = 0; row < tables.front().values.size(); ++row) {
    text += fmt::format("  {:<6}", tables.front().values[row].first);
    for (const MetricTable& table : tables)
      text += fmt::format("{:8.4f}", table.values[row].second);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string node_table(const RunReport& run) {
  std::string text = fmt::format("  {:<12}{:>7}{:>10}{:>9}{:>9}{:>9}\n", "node", "places",
                                 "ms/image", "busy", "starved", "blocked");
  for (const NodeReport& node : run.nodes) {
    const double total = std::max(1e-12, node.busy_s + node.starved_s + node.blocked_s);
    const auto calls = static_cast<double>(std::max<std::int64_t>(1, node.calls));
    text += fmt::format("  {:<12}{:>7}{:>10.2f}{:>8.1f}%{:>8.1f}%{:>8.1f}%\n", node.name,
                        node.slots, 1e3 * node.busy_s / calls, 100 * node.busy_s / total,
                        100 * node.starved_s / total, 100 * node.blocked_s / total);
  }
  return text;
}

std::string report_text(const RunSummary& summary) {
  const RunReport& run = summary.graph;
  const Bottleneck bottleneck = find_bottleneck(run);
  std::string text =
      fmt::format("images   {} of {} ok, {} failed; {} detections\n", run.retired - run.failed,
                  run.read, run.failed, summary.detections);
  for (std::size_t i = 0; i < summary.failed.size() && i < 5; ++i) {
    const FailedImage& image = summary.failed[i];
    text += fmt::format("  failed: image {} ({}): {}\n", image.id, image.file_name,
                        image.failure.message);
  }
  if (run.failed > 5) text += fmt::format("  ... and {} more in errors.jsonl\n", run.failed - 5);
  text += metric_lines(summary.metrics);
  text += fmt::format("speed    {:.2f} images/s, {} workers, {} in flight, peak memory {:.0f} MB\n",
                      run.images_per_second(), run.workers, run.in_flight,
                      static_cast<double>(summary.peak_memory_bytes) / 1e6);
  text += node_table(run);
  if (!bottleneck.node.empty()) {
    text += fmt::format("bound by {}: {}\n", bottleneck.node, bottleneck.reason);
  }
  return text;
}

}  // namespace roiflow
