#include "apps/bench/bench_rows.hpp"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "apps/process_info.hpp"
#include "apps/report/write_report.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

std::string headings(const BenchRow& row) {
  std::string text = fmt::format("{:>7}{:>11}{:>10}{:>10}{:>10}{:>11}", "workers", "in flight",
                                 "images/s", "slowest", "fastest", "GFLOP/s");
  for (const auto& [label, value] : row.accuracy) text += fmt::format("{:>10}", label);
  return text + '\n';
}

std::string row_text(const BenchRow& row, double flops) {
  std::string text = fmt::format("{:>7}{:>11}{:>10.3f}{:>10.3f}{:>10.3f}{:>11.1f}", row.run.workers,
                                 row.run.in_flight, row.run.images_per_second(), row.slowest,
                                 row.fastest, 1e-9 * flops * row.run.images_per_second());
  for (const auto& [label, value] : row.accuracy) text += fmt::format("{:>10.4f}", value);
  return text + '\n';
}

Json row_json(const BenchRow& row, double flops) {
  Json json = {{"workers", row.run.workers},
               {"in_flight", row.run.in_flight},
               {"images", row.run.retired},
               {"failed", row.run.failed},
               {"images_per_second", row.run.images_per_second()},
               {"slowest", row.slowest},
               {"fastest", row.fastest},
               {"gflop_per_second", 1e-9 * flops * row.run.images_per_second()}};
  for (const auto& [label, value] : row.accuracy) json["accuracy"][label] = value;
  for (const NodeReport& node : row.run.nodes) {
    json["busy_ms_per_image"][node.name] =
        1e3 * node.busy_s / static_cast<double>(std::max<std::int64_t>(1, node.calls));
  }
  return json;
}

}  // namespace

BenchRow median_row(int repeat, const std::function<BenchRow()>& run_once) {
  std::vector<BenchRow> rows;
  rows.reserve(static_cast<std::size_t>(repeat));
  for (int i = 0; i < repeat; ++i) rows.push_back(run_once());
  const auto speed = [](const BenchRow& row) { return row.run.images_per_second(); };
  std::ranges::sort(rows, {}, speed);
  BenchRow median = rows[rows.size() / 2];
  median.slowest = speed(rows.front());
  median.fastest = speed(rows.back());
  return median;
}

Json bench_rows(const BenchJob& job, const std::function<BenchRow(const GraphLimits&)>& run_once,
                const std::function<double()>& flops_per_image) {
  Json figures = Json::array();
  RunReport last;
  for (const int workers : job.workers) {
    require(workers >= 1, ErrorCode::usage, "--workers must be at least 1, found {}", workers);
    const GraphLimits limits{workers, workers + 2, job.decode};
    const BenchRow row = median_row(job.repeat, [&] { return run_once(limits); });
    const double flops = flops_per_image();
    if (figures.empty()) std::cout << headings(row);
    std::cout << row_text(row, flops) << std::flush;
    figures.push_back(row_json(row, flops));
    last = row.run;
  }
  std::cout << node_table(last);
  return figures;
}

void write_bench(const BenchJob& job, const Json& rows, const Json& more) {
  if (!job.json) return;
  Json json = {
      {"model", job.model.description.name}, {"data", job.data.path()}, {"repeat", job.repeat}};
  json.update(more);
  json["peak_memory_bytes"] = peak_memory_bytes();
  json["rows"] = rows;
  write_file(*job.json, json.dump(2) + "\n");
}

Image first_image(const BenchJob& job) {
  const Sample sample = job.data.read(0);
  const ImageRecord& record = sample.record;
  return decode_annotated(sample.encoded, record.width, record.height, job.decode).image;
}

double flops_of(const ModelGraph& graph, const Shape<4>& input) {
  double sum = 0;
  for (const LayerCost& layer : layer_costs(graph, std::span(&input, 1))) sum += layer.flops;
  return sum;
}

double other_share(std::span<const StepTime> steps) {
  double other = 0, all = 0;
  for (const StepTime& step : steps) {
    all += step.seconds;
    if (step.flops == 0) other += step.seconds;
  }
  return all > 0 ? other / all : 0;
}

}  // namespace roiflow
