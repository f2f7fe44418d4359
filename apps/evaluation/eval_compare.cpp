#include "apps/evaluation/eval_compare.hpp"

#include "apps/evaluation/coco_outcome.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

std::vector<TypeComparison> compare_detections(const ParsedOptions& options) {
  const auto& files = options.get<std::vector<std::string>>("compare");
  require(files.size() == 2, ErrorCode::usage,
          "--compare takes two files of detections, A and B, found {}", files.size());
  const auto& truth = options.get<std::string>("gt");
  std::vector<TypeComparison> comparisons;
  for (const IouType type : wanted_types(options, files[0])) {
    const CocoOutcome a = evaluate_coco(options, {truth, files[0]}, type, true);
    const CocoOutcome b = evaluate_coco(options, {truth, files[1]}, type, true);
    comparisons.push_back(
        {type, compare(*a.analysis, *b.analysis, a.records.categories, analysis_options(options))});
  }
  return comparisons;
}

}  // namespace roiflow
