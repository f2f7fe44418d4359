#include "apps/evaluation/semantic_report.hpp"

namespace roiflow {

SemanticReport semantic_report(const SemanticEvaluation& evaluation) {
  const SemanticConfusion& confusion = evaluation.records.confusion;
  const SemanticClasses& classes = confusion.classes();
  SemanticReport report{.metrics = evaluation.metrics,
                        .labels = classes.names,
                        .values = {classes.values.begin(), classes.values.end()},
                        .conventions = {}};
  for (const AbsentClasses policy : all_policies) {
    if (refusal(policy, confusion).empty()) {
      report.conventions.push_back(semantic_metrics(confusion, policy));
    }
  }
  return report;
}

}  // namespace roiflow
