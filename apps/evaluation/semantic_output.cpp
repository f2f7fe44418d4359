#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/evaluation/semantic_evaluation.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isnan(value) ? Json() : Json(value);
}

std::string cell(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

void put_headline(Json& json, const SemanticMetrics& metrics) {
  json["pixel_accuracy"] = number(metrics.pixel_accuracy);
  json["mean_accuracy"] = number(metrics.mean_accuracy);
  json["mean_iu"] = number(metrics.mean_iu);
  json["frequency_weighted_iu"] = number(metrics.frequency_weighted_iu);
}

std::string headline(std::string_view policy, const SemanticMetrics& metrics) {
  return fmt::format("  {:<12} {:>14} {:>13} {:>8} {:>21}\n", policy, cell(metrics.pixel_accuracy),
                     cell(metrics.mean_accuracy), cell(metrics.mean_iu),
                     cell(metrics.frequency_weighted_iu));
}

std::string conventions_table(const SemanticEvaluation& evaluation) {
  std::string table =
      fmt::format("  {:<12} {:>14} {:>13} {:>8} {:>21}\n", "convention", "pixel accuracy",
                  "mean accuracy", "mean IU", "frequency weighted IU");
  table += headline(evaluation.metrics.policy, evaluation.metrics);
  for (const AbsentClasses policy : all_policies) {
    if (policy == evaluation.policy) continue;
    const auto& confusion = evaluation.records.confusion;
    const std::string_view refused = refusal(policy, confusion);
    table += refused.empty() ? headline(name(policy), semantic_metrics(confusion, policy))
                             : fmt::format("  {:<12} refuses {}\n", name(policy), refused);
  }
  return table;
}

std::string class_table(const SemanticEvaluation& evaluation) {
  const SemanticMetrics& metrics = evaluation.metrics;
  const SemanticClasses& classes = evaluation.records.confusion.classes();
  std::string table = fmt::format("  {:>5} {:<24} {:>8} {:>8} {:>15} {:>15}\n", "value", "class",
                                  "IU", "accuracy", "true pixels", "predicted");
  for (std::size_t k = 0; k < classes.size(); ++k) {
    table +=
        fmt::format("  {:>5} {:<24} {:>8} {:>8} {:>15} {:>15}\n", classes.values[k],
                    classes.names[k], cell(metrics.class_iu[k]), cell(metrics.class_accuracy[k]),
                    metrics.ground_truth_pixels[k], metrics.predicted_pixels[k]);
  }
  return table;
}

std::string list_of(const char* heading, const std::vector<SetAside>& images) {
  constexpr std::size_t most_lines = 10;
  if (images.empty()) return {};
  std::string text = fmt::format("{} {}\n", images.size(), heading);
  for (std::size_t i = 0; i < std::min(images.size(), most_lines); ++i) {
    text += fmt::format("  {} (id {}): {}\n", images[i].name, images[i].id, images[i].reason);
  }
  if (images.size() > most_lines)
    text += fmt::format("  ... {} more\n", images.size() - most_lines);
  return text;
}

Json to_json(const std::vector<SetAside>& images) {
  Json list = Json::array();
  for (const SetAside& image : images) {
    list.push_back({{"id", image.id}, {"name", image.name}, {"reason", image.reason}});
  }
  return list;
}

}  // namespace

std::string semantic_table(const SemanticEvaluation& evaluation) {
  const SemanticMetrics& metrics = evaluation.metrics;
  std::string text =
      fmt::format("semantic: {} of {} images, {} classes, convention {}\n", evaluation.ok(),
                  evaluation.total, evaluation.records.confusion.size(), metrics.policy);
  text += conventions_table(evaluation) + class_table(evaluation);
  text += fmt::format("  pixels left out: {} with the ignore label", metrics.ignored_pixels);
  if (metrics.unknown_truth_pixels > 0) {
    text += fmt::format(", {} whose ground truth is no class (--ignore-label, --classes)",
                        metrics.unknown_truth_pixels);
  }
  text += '\n';
  if (metrics.unclassified_pixels > 0) {
    text += fmt::format("  {} pixels are predicted as a value that is no class\n",
                        metrics.unclassified_pixels);
  }
  if (evaluation.without_truth > 0) {
    text += fmt::format("{} images have no label map to compare with\n", evaluation.without_truth);
  }
  text += list_of("images failed and are not in the numbers:", evaluation.failed);
  text += list_of("images have no prediction and are not in the numbers:", evaluation.missing);
  if (!evaluation.strangers.empty()) {
    text += fmt::format("{} predictions belong to no image of the ground truth: {}{}\n",
                        evaluation.strangers.size(), evaluation.strangers.front(),
                        evaluation.strangers.size() > 1 ? ", ..." : "");
  }
  return text;
}

Json semantic_json(const SemanticEvaluation& evaluation) {
  const SemanticMetrics& metrics = evaluation.metrics;
  const SemanticConfusion& confusion = evaluation.records.confusion;
  const SemanticClasses& classes = confusion.classes();
  Json json;
  put_headline(json, metrics);
  json["policy"] = metrics.policy;
  json["ignore_label"] = classes.ignore_label >= 0 ? Json(classes.ignore_label) : Json();
  json["ignored_pixels"] = metrics.ignored_pixels;
  json["unknown_truth_pixels"] = metrics.unknown_truth_pixels;
  json["unclassified_pixels"] = metrics.unclassified_pixels;
  Json& per_class = json["per_class"] = Json::object();
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::string key = classes.names[k];  // two categories may have one name; keys must differ
    if (per_class.contains(key)) key += fmt::format(" ({})", classes.values[k]);
    per_class[key] = {{"value", classes.values[k]},
                      {"iu", number(metrics.class_iu[k])},
                      {"accuracy", number(metrics.class_accuracy[k])},
                      {"ground_truth_pixels", metrics.ground_truth_pixels[k]},
                      {"predicted_pixels", metrics.predicted_pixels[k]}};
  }
  Json& conventions = json["conventions"] = Json::object();
  for (const AbsentClasses policy : all_policies) {
    Json& entry = conventions[std::string(name(policy))] = Json::object();
    const std::string_view refused = refusal(policy, confusion);
    if (refused.empty()) {
      put_headline(entry, semantic_metrics(confusion, policy));
    } else {
      entry["refuses"] = refused;
    }
  }
  return json;
}

Json semantic_images_json(const SemanticEvaluation& evaluation) {
  return {{"total", evaluation.total},
          {"ok", evaluation.ok()},
          {"failed", std::ssize(evaluation.failed)},
          {"missing", std::ssize(evaluation.missing)},
          {"without_label_map", evaluation.without_truth},
          {"failed_images", to_json(evaluation.failed)},
          {"missing_images", to_json(evaluation.missing)},
          {"unknown_predictions", evaluation.strangers}};
}

}  // namespace roiflow
