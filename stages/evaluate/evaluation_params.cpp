#include "stages/evaluate/evaluation_params.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr double small_end = 32.0 * 32, medium_end = 96.0 * 96, any_end = 1e5 * 1e5;

std::vector<std::string> labels(const std::vector<AreaRange>& ranges) {
  std::vector<std::string> texts;
  texts.reserve(ranges.size());
  for (const AreaRange& r : ranges)
    texts.push_back(fmt::format("{}:{}:{}", r.label, r.low, r.high));
  return texts;
}

template <class List>
std::string compared(const char* what, const List& a, const List& b) {
  if (a == b) return {};
  return fmt::format("{} ({} and {})", what, fmt::join(a, ","), fmt::join(b, ","));
}

}  // namespace

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
  params.area_ranges = {{"all", 0, any_end},
                        {"small", 0, small_end},
                        {"medium", small_end, medium_end},
                        {"large", medium_end, any_end}};
  params.max_detections = {1, 10, 100};
  for (const Category& category : categories) params.category_ids.push_back(category.id);
  auto& ids = params.category_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return params;
}

EvaluationParams coco_keypoint_params(std::span<const Category> categories) {
  EvaluationParams params = coco_params(categories);
  params.area_ranges = {
      {"all", 0, any_end}, {"medium", small_end, medium_end}, {"large", medium_end, any_end}};
  params.max_detections = {20};
  // Divided by ten at run time as the reference does: the quotients are not the literals 0.026, ...
  params.keypoint_sigmas = {.26, .25, .25,  .35,  .35, .79, .79, .72, .72,
                            .62, .62, 1.07, 1.07, .87, .87, .89, .89};
  for (double& sigma : params.keypoint_sigmas) sigma /= 10.0;
  return params;
}

void validate(const EvaluationParams& params) {
  constexpr std::size_t most_thresholds = 64;
  // Of a list from a file, so much that a message can be read.
  const auto shown = [](std::size_t count) {
    return static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, 16));
  };
  require(!params.iou_thresholds.empty() && params.iou_thresholds.size() <= most_thresholds,
          ErrorCode::usage, "evaluation: between 1 and {} IoU thresholds are possible, found {}",
          most_thresholds, params.iou_thresholds.size());
  require(std::ranges::none_of(params.iou_thresholds, [](double t) { return std::isnan(t); }),
          ErrorCode::usage, "evaluation: IoU thresholds must be numbers, found {}",
          fmt::join(params.iou_thresholds, ","));
  require(!params.recall_thresholds.empty(), ErrorCode::usage,
          "evaluation: at least one recall threshold is needed, found none");
  require(!params.area_ranges.empty(), ErrorCode::usage,
          "evaluation: at least one area range is needed, found none");
  const auto& limits = params.max_detections;
  require(!limits.empty() && limits.front() > 0 && std::is_sorted(limits.begin(), limits.end()) &&
              std::adjacent_find(limits.begin(), limits.end()) == limits.end(),
          ErrorCode::usage,
          "evaluation: the numbers of detections must be positive and ascending, found {}",
          fmt::join(limits.begin(), limits.begin() + shown(limits.size()), ","));
  const auto& ids = params.category_ids;
  require(std::is_sorted(ids.begin(), ids.end()) &&
              std::adjacent_find(ids.begin(), ids.end()) == ids.end(),
          ErrorCode::usage, "evaluation: category ids must be ascending and distinct");
}

std::string difference(const EvaluationParams& a, const EvaluationParams& b) {
  if (a.category_ids != b.category_ids) return "categories";
  const std::string texts[] = {
      compared("IoU thresholds", a.iou_thresholds, b.iou_thresholds),
      compared("recall thresholds", a.recall_thresholds, b.recall_thresholds),
      compared("area ranges", labels(a.area_ranges), labels(b.area_ranges)),
      compared("limits of detections", a.max_detections, b.max_detections),
      compared("keypoint deviations", a.keypoint_sigmas, b.keypoint_sigmas),
      a.use_categories == b.use_categories ? "" : "whether categories are told apart"};
  std::string all;
  for (const std::string& text : texts) {
    if (!text.empty()) all += (all.empty() ? "" : ", ") + text;
  }
  return all;
}

}  // namespace roiflow
