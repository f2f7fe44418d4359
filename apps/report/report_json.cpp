#include <nlohmann/json.hpp>

#include "apps/evaluation/analysis_json.hpp"
#include "apps/evaluation/class_keys.hpp"
#include "apps/report/image_counts_text.hpp"
#include "apps/report/write_report.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

template <class Class>
Json by_class(const std::vector<Class>& classes, double Class::*value) {
  const std::vector<std::string> keys = class_keys(classes);
  Json json = Json::object();
  for (std::size_t k = 0; k < classes.size(); ++k) json[keys[k]] = classes[k].*value;
  return json;
}

/// Without an analysis the counts of a class are not known: only its precisions are.
bool was_analysed(const Analysis& analysis) {
  return !analysis.conventions.empty();
}

Json class_precisions(const std::vector<ClassAnalysis>& classes) {
  const std::vector<std::string> keys = class_keys(classes);
  Json json = Json::object();
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const ClassAnalysis& of_class = classes[k];
    json[keys[k]] = {{"category_id", of_class.category_id},
                     {"AP", of_class.ap},
                     {"AP50", of_class.ap50},
                     {"AP75", of_class.ap75}};
  }
  return json;
}

Json type_json(const TypeReport& report) {
  Json json = Json::object(), stats = Json::array(), newer = Json::array();
  for (const NamedStat& stat : report.stats) {
    json[stat.name] = stat.value;
    stats.push_back(stat.value);
    newer.push_back(stat.value_numpy_2_3);
  }
  json["stats"] = stats;
  json["stats_numpy_2_3"] = newer;
  if (was_analysed(report.analysis)) {
    json.update(analysis_json(report.analysis, {.curves = false}));
  } else {
    json["per_class"] = class_precisions(report.analysis.classes);
  }
  if (report.class_agnostic) json.erase("per_class");
  return json;
}

Json voc_json(const VocMetrics& voc) {
  const std::vector<std::string> keys = class_keys(voc.classes);
  Json counts = Json::object();
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const VocClass& of_class = voc.classes[k];
    counts[keys[k]] = {{"ground_truths", of_class.ground_truths},
                       {"detections", of_class.detections},
                       {"true_positives", of_class.true_positives},
                       {"false_positives", of_class.false_positives}};
  }
  return {{"mAP", voc.map},
          {"AP", by_class(voc.classes, &VocClass::ap)},
          {"metric", voc.metric},
          {"iou_threshold", voc.iou_threshold},
          {"comparison", voc.comparison},
          {"recall_grid", voc.grid.empty() ? Json(nullptr) : Json(voc.grid)},
          {"classes_with_ap", voc.classes_with_ap},
          {"counts", counts}};
}

Json semantic_headline(const SemanticMetrics& metrics) {
  return {{"pixel_accuracy", metrics.pixel_accuracy},
          {"mean_accuracy", metrics.mean_accuracy},
          {"mean_iu", metrics.mean_iu},
          {"frequency_weighted_iu", metrics.frequency_weighted_iu}};
}

Json semantic_classes(const SemanticReport& report) {
  const SemanticMetrics& metrics = report.metrics;
  Json classes = Json::object();
  for (std::size_t k = 0; k < metrics.class_iu.size(); ++k) {
    const int value = k < report.values.size() ? report.values[k] : static_cast<int>(k);
    std::string key = k < report.labels.size() ? report.labels[k] : fmt::format("class {}", value);
    if (classes.contains(key)) key += fmt::format(" ({})", value);
    classes[key] = {{"value", value},
                    {"iu", metrics.class_iu[k]},
                    {"accuracy", metrics.class_accuracy[k]},
                    {"ground_truth_pixels", metrics.ground_truth_pixels[k]},
                    {"predicted_pixels", metrics.predicted_pixels[k]}};
  }
  return classes;
}

Json semantic_json(const SemanticReport& report) {
  Json json = semantic_headline(report.metrics);
  json["policy"] = report.metrics.policy;
  json["ignore_label"] = report.ignore_label >= 0 ? Json(report.ignore_label) : Json();
  json["ignored_pixels"] = report.metrics.ignored_pixels;
  json["unknown_truth_pixels"] = report.metrics.unknown_truth_pixels;
  json["unclassified_pixels"] = report.metrics.unclassified_pixels;
  json["per_class"] = semantic_classes(report);
  for (const SemanticMetrics& metrics : report.conventions) {
    json["conventions"][metrics.policy] = semantic_headline(metrics);
  }
  for (const auto& [policy, refused] : report.refusals) {
    json["conventions"][policy] = {{"refuses", refused}};
  }
  return json;
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
                      {"idle_s", node.idle_s},
                      {"utilisation", node.utilisation()},
                      {"longest_call_s", node.longest_call_s},
                      {"max_queue", node.max_queue}});
  }
  return stages;
}

Json throughput_json(const RunReport& run, std::int64_t recalled, std::uint64_t peak_memory_bytes) {
  const Bottleneck bottleneck = find_bottleneck(run);
  return {{"images_per_second", run.images_per_second()},
          {"images", run.retired},
          {"images_from_journals", recalled},
          {"wall_s", run.wall_s},
          {"workers", run.workers},
          {"in_flight", run.in_flight},
          {"worker_utilisation", run.worker_utilisation()},
          {"bottleneck", bottleneck.node},
          {"bottleneck_reason", bottleneck.reason},
          {"peak_memory_bytes", peak_memory_bytes}};
}

Json images_json(const Report& report) {
  Json failures = Json::array();
  for (const FailedImage& image : report.failed) {
    failures.push_back({{"image_id", image.id},
                        {"file_name", image.file_name},
                        {"stage", image.failure.stage},
                        {"reason", image.failure.message}});
  }
  Json damaged = Json::array();
  for (const DamagedImage& image : report.damaged) {
    damaged.push_back({{"image_id", image.id},
                       {"file_name", image.file_name},
                       {"truncated", true},
                       {"notes", image.notes}});
  }
  return {{"total", report.images.total},   {"ok", report.images.ok},
          {"failed", report.images.failed}, {"metrics_over", metrics_over(report.images)},
          {"failures", failures},           {"truncated", report.damaged_count},
          {"truncated_images", damaged}};
}

Json distributions_json(const Distributions& counts) {
  Json classes = Json::array();
  for (const ClassCounts& of_class : counts.classes) {
    classes.push_back({{"category_id", of_class.category_id},
                       {"name", of_class.name},
                       {"ground_truths", of_class.ground_truths},
                       {"crowds", of_class.crowds},
                       {"detections", of_class.detections}});
  }
  return {{"ground_truths_by_log2_area", counts.truth_areas},
          {"detections_by_log2_area", counts.detection_areas},
          {"detections_by_score", counts.detection_scores},
          {"classes", classes}};
}

}  // namespace

Json metrics_json(const Report& report) {
  Json metrics = Json::object();
  for (const TypeReport& type : report.types) metrics[type.type] = type_json(type);
  if (report.voc) metrics["voc"] = voc_json(*report.voc);
  if (report.semantic) metrics["semantic"] = semantic_json(*report.semantic);
  return metrics;
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_json(const Report& report) {
  const Provenance& made = report.made;
  Json json = {{"format", "roiflow-report"},
               {"version", 1},
               {"command", made.command},
               {"data", {{"path", made.data_path}}}};
  if (!made.detections_path.empty()) json["detections_file"] = {{"path", made.detections_path}};
  if (!made.model_path.empty()) {
    json["model"] = {{"path", made.model_path}, {"name", made.model_name}};
    json["device"] = made.device;
    json["precision"] = made.precision;
    if (!made.gpus.empty()) {
      json["gpus"] = made.gpus;
      json["batch"] = made.batch;
      json["lanes"] = made.lanes;
    }
  }
  if (!made.identity.empty()) json["identity"] = Json::parse(made.identity);
  json["versions"] = Json::object();
  for (const auto& [library, version] : made.versions) json["versions"][library] = version;
  for (const PublishedFile& file : report.files) {
    json["files"].push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  json["images"] = images_json(report);
  json["detections"] = report.detections;
  json["metrics"] = metrics_json(report);
  if (report.distributions) json["distributions"] = distributions_json(*report.distributions);
  if (report.graph) {
    json["throughput"] = throughput_json(*report.graph, report.recalled, report.peak_memory_bytes);
    json["stages"] = stages_json(*report.graph);
  }
  return json_text(json);
}

}  // namespace roiflow
