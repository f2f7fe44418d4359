#include "stages/evaluate/evaluation_params.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/core/error.hpp"

namespace roiflow {

std::vector<double> linspace(double first, double last, int count) {
  require(count >= 2, ErrorCode::usage, "a grid must have at least 2 points, found {}", count);
  const double step = (last - first) / (count - 1);
  std::vector<double> grid(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) grid[static_cast<std::size_t>(i)] = i * step + first;
  grid.back() = last;
  return grid;
}

EvaluationParams coco_params(std::span<const Category> categories) {
  EvaluationParams params;
  params.iou_thresholds = linspace(0.5, 0.95, 10);
  params.recall_thresholds = linspace(0, 1, 101);
  constexpr double small = 32.0 * 32, medium = 96.0 * 96, any = 1e5 * 1e5;
  params.area_ranges = {
      {"all", 0, any}, {"small", 0, small}, {"medium", small, medium}, {"large", medium, any}};
  params.max_detections = {1, 10, 100};
  for (const Category& category : categories) params.category_ids.push_back(category.id);
  auto& ids = params.category_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return params;
}

void validate(const EvaluationParams& params) {
  constexpr std::size_t most_thresholds = 64;
  require(!params.iou_thresholds.empty() && params.iou_thresholds.size() <= most_thresholds,
          ErrorCode::usage, "evaluation: between 1 and {} IoU thresholds are possible, found {}",
          most_thresholds, params.iou_thresholds.size());
  require(!params.recall_thresholds.empty(), ErrorCode::usage,
          "evaluation: at least one recall threshold is needed, found none");
  require(!params.area_ranges.empty(), ErrorCode::usage,
          "evaluation: at least one area range is needed, found none");
  const auto& limits = params.max_detections;
  require(!limits.empty() && limits.front() > 0 && std::is_sorted(limits.begin(), limits.end()) &&
              std::adjacent_find(limits.begin(), limits.end()) == limits.end(),
          ErrorCode::usage,
          "evaluation: the numbers of detections must be positive and ascending, found {}",
          fmt::join(limits, ","));
  const auto& ids = params.category_ids;
  require(std::is_sorted(ids.begin(), ids.end()) &&
              std::adjacent_find(ids.begin(), ids.end()) == ids.end(),
          ErrorCode::usage, "evaluation: category ids must be ascending and distinct");
}

}  // namespace roiflow
