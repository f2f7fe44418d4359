#include "apps/evaluation/semantic_report.hpp"

namespace roiflow {
namespace {

SemanticReport report_of(const SemanticEvaluation& evaluation) {
  const SemanticConfusion& confusion = evaluation.records.confusion;
  const SemanticClasses& classes = confusion.classes();
  SemanticReport report{.metrics = evaluation.metrics,
                        .labels = classes.names,
                        .values = {classes.values.begin(), classes.values.end()},
                        .conventions = {},
                        .ignore_label = classes.ignore_label,
                        .refusals = {}};
  for (const AbsentClasses policy : all_policies) {
    const std::string_view refused = refusal(policy, confusion);
    if (refused.empty()) {
      report.conventions.push_back(semantic_metrics(confusion, policy));
    } else {
      report.refusals.emplace_back(name(policy), refused);
    }
  }
  return report;
}

}  // namespace

void add_semantic(Report& report, const SemanticEvaluation& evaluation) {
  report.semantic = report_of(evaluation);
  report.images = {evaluation.total, evaluation.ok(), evaluation.total - evaluation.ok()};
  for (const auto* list : {&evaluation.failed, &evaluation.missing}) {
    for (const SetAside& image : *list) {
      if (report.failed.size() == failed_listed) return;
      report.failed.push_back(
          {image.id, image.name, {ErrorCode::bad_data, "compare", image.reason}});
    }
  }
}

}  // namespace roiflow
