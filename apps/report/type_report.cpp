#include "apps/report/type_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

constexpr std::array<double, 3> shown_thresholds = {0.5, 0.75, 0.9};

std::string name_of(std::span<const Category> categories, std::int64_t id) {
  const auto found = std::ranges::find(categories, id, &Category::id);
  return found != categories.end() ? found->name : fmt::format("category {}", id);
}

/// At all sizes and the highest limit of detections.
PrecisionRecall curve_of(const EvaluationParams& params, const EvaluationArrays& arrays,
                         std::size_t t, std::size_t k) {
  PrecisionRecall curve{params.iou_thresholds[t], params.recall_thresholds, {}, {}};
  for (std::size_t r = 0; r < arrays.recalls; ++r) {
    const std::size_t cell = arrays.cell(t, r, k, 0, arrays.limits - 1);
    curve.precision.push_back(arrays.precision[cell]);
    curve.score.push_back(arrays.scores[cell]);
  }
  return curve;
}

ClassAnalysis class_of(const EvaluationParams& params, const EvaluationArrays& arrays,
                       std::size_t k) {
  ClassAnalysis of_class;
  for (std::size_t t = 0; t < arrays.thresholds; ++t) {
    const double threshold = params.iou_thresholds[t];
    // The COCO grid's 0.90 differs from the literal in the last bit.
    if (std::ranges::none_of(shown_thresholds,
                             [&](double shown) { return std::abs(shown - threshold) < 1e-9; })) {
      continue;
    }
    PrecisionRecall curve = curve_of(params, arrays, t, k);
    if (curve.precision.front() < 0) continue;  // no ground truth
    if (threshold == 0.5) of_class.ap50 = numpy_mean(curve.precision);
    if (threshold == 0.75) of_class.ap75 = numpy_mean(curve.precision);
    of_class.curves.push_back(std::move(curve));
  }
  return of_class;
}

/// The lines of summary_table without their values and filling spaces.
std::vector<std::string> meanings(const EvaluationParams& params, const Stats& stats,
                                  IouType type) {
  std::vector<std::string> lines(1);
  for (const char c : summary_table(params, stats, type)) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != ' ' || !(lines.back().empty() || lines.back().back() == ' ' ||
                             lines.back().back() == '=')) {
      lines.back() += c;
    }
  }
  for (std::string& line : lines) line = line.substr(0, line.rfind(" ="));
  return lines;
}

/// None if boxes or masks have fewer than three limits of detections.
std::vector<NamedStat> named_stats(const EvaluationParams& params, const EvaluationArrays& arrays,
                                   IouType type) {
  std::vector<NamedStat> named;
  if (type != IouType::keypoints && params.max_detections.size() < 3) return named;
  const Stats stats = summarise(params, arrays, type);
  const Stats newer = summarise(params, arrays, type, NumpyOrder::pairwise);
  const std::vector<std::string> lines = meanings(params, stats, type);
  for (std::size_t i = 0; i < stats.size(); ++i) {
    named.push_back({std::string(stats[i].name), stats[i].value, lines[i], newer[i].value});
  }
  return named;
}

}  // namespace

TypeReport type_report(const EvaluationParams& params, const EvaluationArrays& arrays, IouType type,
                       std::span<const Category> categories) {
  TypeReport report{.type = name(type),
                    .class_agnostic = !params.use_categories,
                    .stats = named_stats(params, arrays, type),
                    .analysis = {}};
  const std::vector<double> average = category_average_precision(arrays);
  for (std::size_t k = 0; k < arrays.categories; ++k) {
    ClassAnalysis of_class = class_of(params, arrays, k);
    of_class.ap = average[k];
    of_class.category_id = params.use_categories ? params.category_ids[k] : -1;
    of_class.name = params.use_categories ? name_of(categories, of_class.category_id)
                                          : std::string("all categories");
    report.analysis.classes.push_back(std::move(of_class));
  }
  return report;
}

TypeReport type_report(const Accumulator& accumulator, IouType type,
                       std::span<const Category> categories) {
  return type_report(accumulator.params(), accumulator.accumulate(), type, categories);
}

std::span<const TypeReport> same_stats(std::span<const TypeReport> types) {
  std::size_t same = std::min<std::size_t>(1, types.size());
  while (same < types.size() && std::ranges::equal(types[same].stats, types[0].stats, {},
                                                   &NamedStat::name, &NamedStat::name)) {
    ++same;
  }
  return types.first(same);
}

}  // namespace roiflow
