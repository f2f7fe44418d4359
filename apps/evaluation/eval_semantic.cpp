#include "apps/evaluation/eval_semantic.hpp"

#include <iostream>

#include "apps/evaluation/label_map_source.hpp"
#include "apps/progress.hpp"
#include "io/semantic/semantic_records_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

SemanticEvaluation evaluate_files(const ParsedOptions& options) {
  const SemanticOptions wanted = semantic_options(options);
  Progress progress("eval fcn", TruthLabelMaps(wanted.ground_truth).size(),
                    Progress::style_for_stderr(options.flag("quiet")));
  return evaluate_semantic(
      wanted, [&](std::int64_t done, std::int64_t set_aside) { progress.update(done, set_aside); });
}

SemanticEvaluation merge_files(const ParsedOptions& options) {
  const auto& files = options.get<std::vector<std::string>>("merge");
  SemanticEvaluation merged{.policy = absent_classes(options.get<std::string>("absent-classes")),
                            .records = read_semantic_records(files.front())};
  for (std::size_t i = 1; i < files.size(); ++i) {
    try {
      merge(merged.records, read_semantic_records(files[i]));
    } catch (const Error& error) {
      fail(error.code(), "{}: {}", files[i], error.what());
    }
  }
  const std::string_view refused = refusal(merged.policy, merged.records.confusion);
  require(refused.empty(), ErrorCode::bad_data, "--absent-classes {}: refuses {}",
          name(merged.policy), refused);
  merged.metrics = semantic_metrics(merged.records.confusion, merged.policy);
  merged.total = merged.ok();
  return merged;
}

SemanticReport report_of(const SemanticEvaluation& evaluation) {
  const SemanticConfusion& confusion = evaluation.records.confusion;
  SemanticReport report{
      .metrics = evaluation.metrics,
      .labels = confusion.classes().names,
      .values = {confusion.classes().values.begin(), confusion.classes().values.end()},
      .conventions = {}};
  for (const AbsentClasses policy : all_policies) {
    if (!refusal(policy, confusion).empty()) continue;
    report.conventions.push_back(semantic_metrics(confusion, policy));
  }
  return report;
}

}  // namespace

void evaluate_as_fcn(const ParsedOptions& options, Report& report) {
  const SemanticEvaluation done =
      options.given("merge") ? merge_files(options) : evaluate_files(options);
  std::cout << semantic_table(done);
  if (options.given("records")) {
    write_semantic_records(options.get<std::string>("records"), done.records);
  }
  report.semantic = report_of(done);
  report.images = {done.total, done.ok(), done.total - done.ok()};
  for (const auto* list : {&done.failed, &done.missing}) {
    for (const SetAside& image : *list) {
      if (report.failed.size() == failed_listed) return;
      report.failed.push_back(
          {image.id, image.name, {ErrorCode::bad_data, "compare", image.reason}});
    }
  }
}

}  // namespace roiflow
