#include <cmath>

#include <fmt/format.h>

#include "apps/evaluation/semantic_evaluation.hpp"

namespace roiflow {
namespace {

std::string cell(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
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

}  // namespace roiflow
