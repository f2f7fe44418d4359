#include "apps/bench/bench_accuracy.hpp"

#include <fmt/format.h>

#include "stages/evaluate/summary.hpp"
#include "stages/semantic/semantic_policy.hpp"

namespace roiflow {

DetectionAccuracy::DetectionAccuracy(std::span<const Category> categories,
                                     const EvaluationTypes& evaluate) {
  const EvaluationParams params = coco_params(categories);
  if (evaluate.bbox) sums_.emplace_back(IouType::bbox, params);
  if (evaluate.segm) sums_.emplace_back(IouType::segm, params);
}

void DetectionAccuracy::consume(const Token<Evaluated>& token) {
  if (!token.ok()) return;
  for (auto& [type, sum] : sums_) {
    sum.append(token.source().record.id,
               type == IouType::bbox ? *token.value().bbox : *token.value().segm);
  }
}

std::vector<std::pair<std::string, double>> DetectionAccuracy::values() const {
  std::vector<std::pair<std::string, double>> values;
  for (const auto& [type, sum] : sums_) {
    values.emplace_back(fmt::format("{} AP", name(type)),
                        summarise(sum.params(), sum.accumulate(), type).front().value);
  }
  return values;
}

void SegmentationAccuracy::consume(const Token<Segmented>& token) {
  if (!token.ok() || !token.value().confusion) return;
  if (!sum_) sum_.emplace(token.value().confusion->classes());
  sum_->merge(*token.value().confusion);
}

std::vector<std::pair<std::string, double>> SegmentationAccuracy::values() const {
  if (!sum_) return {};
  return {{"mean IU", semantic_metrics(*sum_, AbsentClasses::fcn).mean_iu}};
}

}  // namespace roiflow
