#include "apps/report/type_report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "stages/analysis/class_table.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

constexpr std::array<double, 3> shown_thresholds = {0.5, 0.75, 0.9};

std::vector<std::string> names_of(const EvaluationParams& params,
                                  std::span<const Category> categories) {
  if (!params.use_categories) return {"all categories"};
  std::vector<std::string> names;
  for (const std::int64_t id : params.category_ids) {
    const auto found = std::ranges::find(categories, id, &Category::id);
    names.push_back(found != categories.end() ? found->name : fmt::format("category {}", id));
  }
  return names;
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
                       Analysis analysis) {
  return {.type = name(type),
          .class_agnostic = !params.use_categories,
          .stats = named_stats(params, arrays, type),
          .analysis = std::move(analysis)};
}

TypeReport type_report(const EvaluationParams& params, const EvaluationArrays& arrays, IouType type,
                       std::span<const Category> categories) {
  Analysis classes_only;
  classes_only.classes =
      class_precisions(params, names_of(params, categories), arrays, shown_thresholds);
  return type_report(params, arrays, type, std::move(classes_only));
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
