#include <nlohmann/json.hpp>

#include "apps/report/summary.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Json metrics_json(const std::vector<MetricTable>& tables) {
  Json metrics = Json::object();
  for (const MetricTable& table : tables) {
    Json& type = metrics[table.type];
    Json stats = Json::array();
    for (const auto& [name, value] : table.values) {
      type[name] = value;
      stats.push_back(value);
    }
    type["stats"] = stats;
    type["per_class"] = Json::object();
    for (const auto& [name, value] : table.class_ap) type["per_class"][name] = value;
  }
  return metrics;
}

Json stages_json(const RunReport& run) {
  Json stages = Json::array();
  for (const NodeReport& node : run.nodes) {
    stages.push_back({{"name", node.name},
                      {"slots", node.slots},
                      {"calls", node.calls},
                      {"busy_s", node.busy_s},
                      {"starved_s", node.starved_s},
                      {"blocked_s", node.blocked_s},
                      {"utilisation", node.utilisation()},
                      {"longest_call_s", node.longest_call_s},
                      {"max_queue", node.max_queue}});
  }
  return stages;
}

Json throughput_json(const RunReport& run, std::uint64_t peak_memory_bytes) {
  const Bottleneck bottleneck = find_bottleneck(run);
  return {{"images_per_second", run.images_per_second()},
          {"wall_s", run.wall_s},
          {"workers", run.workers},
          {"in_flight", run.in_flight},
          {"worker_utilisation", run.worker_utilisation()},
          {"bottleneck", bottleneck.node},
          {"bottleneck_reason", bottleneck.reason},
          {"peak_memory_bytes", peak_memory_bytes}};
}

Json images_json(const RunSummary& summary) {
  const RunReport& run = summary.graph;
  Json failures = Json::array();
  for (const FailedImage& image : summary.failed) {
    failures.push_back({{"image_id", image.id},
                        {"file_name", image.file_name},
                        {"stage", image.failure.stage},
                        {"reason", image.failure.message}});
  }
  return {{"total", run.read},
          {"ok", run.retired - run.failed},
          {"failed", run.failed},
          {"failures", failures}};
}

}  // namespace

std::string report_json(const RunSummary& summary) {
  Json versions = Json::object();
  for (const auto& [library, version] : summary.versions) versions[library] = version;
  const Json report = {
      {"format", "roiflow-report"},
      {"version", 1},
      {"command", summary.command},
      {"data", {{"path", summary.data_path}}},
      {"model", {{"path", summary.model_path}, {"name", summary.model_name}}},
      {"device", summary.device},
      {"precision", summary.precision},
      {"versions", versions},
      {"images", images_json(summary)},
      {"detections", summary.detections},
      {"metrics", metrics_json(summary.metrics)},
      {"throughput", throughput_json(summary.graph, summary.peak_memory_bytes)},
      {"stages", stages_json(summary.graph)},
  };
  // A file name may hold bytes that are not UTF-8; they must not make the report unreadable.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roiflow
