#include "apps/evaluation/eval_semantic.hpp"

#include <iostream>

#include "apps/decode_options.hpp"
#include "apps/evaluation/label_map_source.hpp"
#include "apps/evaluation/semantic_report.hpp"
#include "apps/progress.hpp"
#include "io/semantic/semantic_records_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

SemanticEvaluation evaluate_files(const ParsedOptions& options) {
  SemanticOptions wanted = semantic_options(options);
  wanted.decode = decode_limits(options);
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

}  // namespace

void evaluate_as_fcn(const ParsedOptions& options, Report& report) {
  const SemanticEvaluation done =
      options.given("merge") ? merge_files(options) : evaluate_files(options);
  std::cout << semantic_table(done);
  if (options.given("records")) {
    write_semantic_records(options.get<std::string>("records"), done.records);
  }
  add_semantic(report, done);
}

}  // namespace roiflow
