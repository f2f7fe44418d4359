#include <algorithm>

#include <fmt/format.h>

#include "apps/report/image_counts_text.hpp"
#include "apps/report/write_report.hpp"

namespace roiflow {
namespace {

constexpr std::size_t failures_printed = 5;

std::string image_lines(const Report& report) {
  const ImageCounts& images = report.images;
  std::string text =
      fmt::format("images   {} of {} ok, {} failed", images.ok, images.total, images.failed);
  // Label maps alone have no detections to count.
  if (report.detections > 0 || !report.semantic) {
    text += fmt::format("; {} detections", report.detections);
  }
  text += '\n';
  if (images.failed > 0 || is_part(images)) {
    text += fmt::format("         the numbers are over {}\n", metrics_over(images));
  }
  if (report.damaged_count > 0) {
    text += fmt::format("         {} of them damaged and taken all the same (--accept-truncated)\n",
                        report.damaged_count);
  }
  const std::size_t printed = std::min(failures_printed, report.failed.size());
  for (std::size_t i = 0; i < printed; ++i) {
    const FailedImage& image = report.failed[i];
    text += fmt::format("  failed: image {} ({}): {}\n", image.id, image.file_name,
                        image.failure.message);
  }
  const auto more = images.failed - static_cast<std::int64_t>(printed);
  if (printed > 0 && more > 0) text += fmt::format("  ... and {} more in errors.jsonl\n", more);
  return text;
}

/// Types whose numbers have the same names stand side by side; others below.
std::string metric_lines(std::span<const TypeReport> types) {
  std::string text;
  while (!types.empty()) {
    const std::span<const TypeReport> columns = same_stats(types);
    text += fmt::format("{:<8}", "");
    for (const TypeReport& type : columns) text += fmt::format("{:>10}", type.type);
    text += '\n';
    for (std::size_t row = 0; row < columns[0].stats.size(); ++row) {
      text += fmt::format("  {:<6}", columns[0].stats[row].name);
      for (const TypeReport& type : columns) text += fmt::format("{:10.4f}", type.stats[row].value);
      text += '\n';
    }
    types = types.subspan(columns.size());
  }
  return text;
}

std::string voc_lines(const VocMetrics& voc) {
  return fmt::format("{:<8}  mAP {:.4f} (IoU {} {})\n", voc.metric, voc.map, voc.comparison,
                     voc.iou_threshold);
}

std::string semantic_lines(const SemanticMetrics& metrics) {
  return fmt::format(
      "semantic  pixel accuracy {:.4f}, mean accuracy {:.4f}, mean IU {:.4f}, frequency-weighted "
      "IU {:.4f} ({})\n",
      metrics.pixel_accuracy, metrics.mean_accuracy, metrics.mean_iu, metrics.frequency_weighted_iu,
      metrics.policy);
}

/// `recalled`: images that an earlier run had computed; the speed is about the others.
std::string graph_lines(const RunReport& run, std::int64_t recalled,
                        std::uint64_t peak_memory_bytes) {
  if (run.retired == 0)
    return "speed    nothing was left to compute: all images were in journals\n";
  const Bottleneck bottleneck = find_bottleneck(run);
  std::string text =
      fmt::format("speed    {:.2f} images/s, {} workers, {} in flight, peak memory {:.0f} MB\n",
                  run.images_per_second(), run.workers, run.in_flight,
                  static_cast<double>(peak_memory_bytes) / 1e6);
  if (recalled > 0) {
    text += fmt::format("         over the {} images computed now; {} were in the journal\n",
                        run.retired, recalled);
  }
  text += node_table(run);
  if (!bottleneck.node.empty()) {
    text += fmt::format("bound by {}: {}\n", bottleneck.node, bottleneck.reason);
  }
  return text;
}

}  // namespace

std::string node_table(const RunReport& run) {
  std::string text = fmt::format("  {:<15}{:>7}{:>10}{:>9}{:>9}{:>9}\n", "node", "places",
                                 "ms/image", "busy", "starved", "blocked");
  for (const NodeReport& node : run.nodes) {
    const double total = std::max(1e-12, node.busy_s + node.starved_s + node.blocked_s);
    const auto calls = static_cast<double>(std::max<std::int64_t>(1, node.calls));
    text += fmt::format("  {:<15}{:>7}{:>10.2f}{:>8.1f}%{:>8.1f}%{:>8.1f}%\n", node.name,
                        node.slots, 1e3 * node.busy_s / calls, 100 * node.busy_s / total,
                        100 * node.starved_s / total, 100 * node.blocked_s / total);
  }
  return text;
}

std::string class_table(const TypeReport& type) {
  const auto& classes = type.analysis.classes;
  if (classes.empty() || classes.size() > class_rows) return {};
  const bool counted = std::ranges::any_of(
      classes, [](const ClassAnalysis& c) { return c.ground_truths + c.detections > 0; });
  std::string text = fmt::format("  {:<20}{:>8}{:>8}", type.type + " by class", "AP", "AP50");
  if (counted) text += fmt::format("{:>8}{:>8}{:>9}", "objects", "dets", "best F1");
  text += '\n';
  for (const ClassAnalysis& c : classes) {
    text += fmt::format("  {:<20.20}{:8.4f}{:8.4f}", c.name, c.ap, c.ap50);
    if (counted) text += fmt::format("{:>8}{:>8}{:9.4f}", c.ground_truths, c.detections, c.best.f1);
    text += '\n';
  }
  return text;
}

std::string report_text(const Report& report) {
  std::string text = image_lines(report) + metric_lines(report.types);
  for (const TypeReport& type : report.types) text += class_table(type);
  if (report.voc) text += voc_lines(*report.voc);
  if (report.semantic) text += semantic_lines(report.semantic->metrics);
  if (report.graph) text += graph_lines(*report.graph, report.recalled, report.peak_memory_bytes);
  return text;
}

}  // namespace roiflow
