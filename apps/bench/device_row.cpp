#include "apps/bench/device_row.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/report/write_report.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

std::string stages_text(const DeviceRow& row) {
  double all = 0;
  for (const StageTime& stage : row.stages) all += stage.milliseconds;
  std::string text = fmt::format("  {:<32}{:>11}{:>11}{:>9}\n", "stage on the GPU", "ms/batch",
                                 "ms/image", "share");
  const auto line = [&](const std::string& name, double milliseconds) {
    text += fmt::format("  {:<32}{:>11.3f}{:>11.4f}{:>8.1f}%\n", name, milliseconds,
                        milliseconds / row.batch, all > 0 ? 100 * milliseconds / all : 0);
  };
  for (const StageTime& stage : row.stages) line(stage.name, stage.milliseconds);
  line("all", all);
  return text;
}

}  // namespace

double DeviceRow::idle_share() const {
  const RunReport& run = with_metric.run;
  const auto gpu = std::ranges::find_if(run.nodes, &NodeReport::device);
  return gpu != run.nodes.end() && run.wall_s > 0 ? gpu->idle_s / run.wall_s : 0;
}

std::string device_headings(const DeviceRow& row) {
  std::string text = fmt::format("{:>6}{:>6}{:>10}{:>10}{:>12}{:>12}{:>10}{:>10}{:>10}{:>10}",
                                 "batch", "lanes", "in flight", "GPU only", "end-to-end",
                                 "with metric", "slowest", "fastest", "GPU idle", "TFLOP/s");
  if (row.floor_share) text += fmt::format("{:>10}", "of floor");
  for (const auto& [label, value] : row.with_metric.accuracy) text += fmt::format("{:>10}", label);
  return text + '\n';
}

std::string device_row_text(const DeviceRow& row) {
  const BenchRow& metric = row.with_metric;
  std::string text =
      fmt::format("{:>6}{:>6}{:>10}{:>10.2f}{:>12.2f}{:>12.2f}{:>10.2f}{:>10.2f}{:>9.1f}%{:>10.3f}",
                  row.batch, row.lanes, metric.run.in_flight, row.engines_only,
                  row.end_to_end.run.images_per_second(), metric.run.images_per_second(),
                  metric.slowest, metric.fastest, 100 * row.idle_share(), 1e-12 * row.flops);
  if (row.floor_share) text += fmt::format("{:>9.1f}%", 100 * *row.floor_share);
  for (const auto& [label, value] : metric.accuracy) text += fmt::format("{:>10.4f}", value);
  return text + '\n';
}

Json device_row_json(const DeviceRow& row) {
  const BenchRow& metric = row.with_metric;
  Json json = {{"batch", row.batch},
               {"lanes", row.lanes},
               {"in_flight", metric.run.in_flight},
               {"images", metric.run.retired},
               {"failed", metric.run.failed},
               {"gpu_only_images_per_second", row.engines_only},
               {"gpu_only_input", row.sample_size},
               {"gpu_only_different_images", row.sample_images},
               {"end_to_end_images_per_second", row.end_to_end.run.images_per_second()},
               {"images_per_second", metric.run.images_per_second()},
               {"slowest", metric.slowest},
               {"fastest", metric.fastest},
               {"gpu_idle_share", row.idle_share()},
               {"tflop_per_second", 1e-12 * row.flops}};
  if (row.floor_share) json["floor_share"] = *row.floor_share;
  for (const auto& [label, value] : metric.accuracy) json["accuracy"][label] = value;
  for (const NodeReport& node : metric.run.nodes) {
    json["busy_ms_per_image"][node.name] =
        1e3 * node.busy_s / static_cast<double>(std::max<std::int64_t>(1, node.calls));
  }
  for (const StageTime& stage : row.stages) json["stage_ms"][stage.name] = stage.milliseconds;
  return json;
}

std::string device_details(const DeviceRow& row) {
  std::string text = fmt::format(
      "GPU only: batches of {} different images, network input {} x {}\n{}", row.sample_images,
      row.sample_size[0], row.sample_size[1], node_table(row.with_metric.run));
  if (!row.stages.empty()) text += stages_text(row);
  return text;
}

}  // namespace roiflow
