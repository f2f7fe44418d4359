#include "stages/evaluate/summary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// What one of the numbers averages over.
struct Selection {
  bool precision = true;  ///< else recall
  std::optional<double> iou_threshold;
  std::string_view area_range = "all";
  int max_detections = 100;
};

std::vector<Selection> detection_selections(const EvaluationParams& params) {
  require(params.max_detections.size() >= 3, ErrorCode::usage,
          "evaluation: the twelve numbers need three limits of detections, found {} (--max-dets)",
          params.max_detections.size());
  const int first = params.max_detections[0], second = params.max_detections[1],
            third = params.max_detections[2];
  return {{true, {}, "all", 100},      {true, 0.5, "all", third},    {true, 0.75, "all", third},
          {true, {}, "small", third},  {true, {}, "medium", third},  {true, {}, "large", third},
          {false, {}, "all", first},   {false, {}, "all", second},   {false, {}, "all", third},
          {false, {}, "small", third}, {false, {}, "medium", third}, {false, {}, "large", third}};
}

std::vector<Selection> keypoint_selections() {
  std::vector<Selection> selections;
  for (const bool precision : {true, false}) {
    selections.insert(selections.end(), {{precision, {}, "all", 20},
                                         {precision, 0.5, "all", 20},
                                         {precision, 0.75, "all", 20},
                                         {precision, {}, "medium", 20},
                                         {precision, {}, "large", 20}});
  }
  return selections;
}

std::vector<Selection> selections(const EvaluationParams& params, IouType type) {
  return type == IouType::keypoints ? keypoint_selections() : detection_selections(params);
}

double mean_of_present(std::span<const double> present, NumpyOrder order = NumpyOrder::buffered) {
  return present.empty() ? -1 : numpy_mean(present, order);
}

double mean_of(const Selection& selection, const EvaluationParams& params,
               const EvaluationArrays& arrays, NumpyOrder order) {
  const auto area = std::find_if(params.area_ranges.begin(), params.area_ranges.end(),
                                 [&](const auto& r) { return r.label == selection.area_range; });
  const auto limit = std::find(params.max_detections.begin(), params.max_detections.end(),
                               selection.max_detections);
  if (area == params.area_ranges.end() || limit == params.max_detections.end()) return -1;
  const auto a = static_cast<std::size_t>(area - params.area_ranges.begin());
  const auto m = static_cast<std::size_t>(limit - params.max_detections.begin());
  std::vector<double> present;
  const auto keep = [&](double value) {
    if (value > -1) present.push_back(value);
  };
  for (std::size_t t = 0; t < arrays.thresholds; ++t) {
    if (selection.iou_threshold && *selection.iou_threshold != params.iou_thresholds[t]) continue;
    if (!selection.precision) {
      for (std::size_t k = 0; k < arrays.categories; ++k) {
        keep(arrays.recall[arrays.cell(t, k, a, m)]);
      }
      continue;
    }
    for (std::size_t r = 0; r < arrays.recalls; ++r) {
      for (std::size_t k = 0; k < arrays.categories; ++k) {
        keep(arrays.precision[arrays.cell(t, r, k, a, m)]);
      }
    }
  }
  return mean_of_present(present, order);
}

}  // namespace

std::span<const std::string_view> stat_names(IouType type) {
  static constexpr std::array<std::string_view, 12> detection_names = {
      "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
  static constexpr std::array<std::string_view, 10> keypoint_names = {
      "AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl"};
  if (type == IouType::keypoints) return keypoint_names;
  return detection_names;
}

std::vector<double> values(const Stats& stats) {
  std::vector<double> numbers;
  for (const Stat& stat : stats) numbers.push_back(stat.value);
  return numbers;
}

Stats summarise(const EvaluationParams& params, const EvaluationArrays& arrays, IouType type,
                NumpyOrder order) {
  const auto wanted = selections(params, type);
  const auto names = stat_names(type);
  Stats stats;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    stats.push_back({names[i], mean_of(wanted[i], params, arrays, order)});
  }
  return stats;
}

std::vector<double> category_average_precision(const EvaluationArrays& arrays) {
  std::vector<double> out;
  for (std::size_t k = 0; k < arrays.categories; ++k) {
    std::vector<double> present;
    for (std::size_t t = 0; t < arrays.thresholds; ++t) {
      for (std::size_t r = 0; r < arrays.recalls; ++r) {
        const double value = arrays.precision[arrays.cell(t, r, k, 0, arrays.limits - 1)];
        if (value > -1) present.push_back(value);
      }
    }
    out.push_back(mean_of_present(present));
  }
  return out;
}

std::string summary_table(const EvaluationParams& params, const Stats& stats, IouType type) {
  const auto wanted = selections(params, type);
  const auto& thresholds = params.iou_thresholds;
  std::string table;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Selection& s = wanted[i];
    const std::string iou =
        s.iou_threshold ? fmt::format("{:0.2f}", *s.iou_threshold)
                        : fmt::format("{:0.2f}:{:0.2f}", thresholds.front(), thresholds.back());
    table += fmt::format(" {:<18} {} @[ IoU={:<9} | area={:>6s} | maxDets={:>3d} ] = {:0.3f}\n",
                         s.precision ? "Average Precision" : "Average Recall",
                         s.precision ? "(AP)" : "(AR)", iou, s.area_range, s.max_detections,
                         stats[i].value);
  }
  return table;
}

}  // namespace roiflow
