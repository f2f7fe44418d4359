#include "stages/evaluate/summary.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

#include "stages/core/error.hpp"
#include "stages/core/numpy_sum.hpp"

namespace roiflow {
namespace {

/// What one of the twelve numbers averages over.
struct Selection {
  bool precision = true;  ///< else recall
  std::optional<double> iou_threshold;
  std::string_view area_range = "all";
  int max_detections = 100;
};

std::array<Selection, stat_names.size()> selections(const EvaluationParams& params) {
  require(params.max_detections.size() >= 3, ErrorCode::usage,
          "evaluation: the twelve numbers need three limits of detections, found {} (--max-dets)",
          params.max_detections.size());
  const int first = params.max_detections[0], second = params.max_detections[1],
            third = params.max_detections[2];
  return {
      Selection{true, {}, "all", 100}, {true, 0.5, "all", third},    {true, 0.75, "all", third},
      {true, {}, "small", third},      {true, {}, "medium", third},  {true, {}, "large", third},
      {false, {}, "all", first},       {false, {}, "all", second},   {false, {}, "all", third},
      {false, {}, "small", third},     {false, {}, "medium", third}, {false, {}, "large", third}};
}

double mean_of_present(std::span<const double> present) {
  return present.empty() ? -1 : numpy_mean(present);
}

double mean_of(const Selection& selection, const EvaluationParams& params,
               const EvaluationArrays& arrays) {
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
  return mean_of_present(present);
}

}  // namespace

double numpy_mean(std::span<const double> values) {
  constexpr std::size_t buffer = 8192;  // numpy.getbufsize()
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); i += buffer) {
    sum += numpy_sum(values.subspan(i, std::min(buffer, values.size() - i)));
  }
  return sum / static_cast<double>(values.size());
}

Stats summarise(const EvaluationParams& params, const EvaluationArrays& arrays) {
  const auto wanted = selections(params);
  Stats stats{};
  std::transform(wanted.begin(), wanted.end(), stats.begin(),
                 [&](const Selection& s) { return mean_of(s, params, arrays); });
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

std::string summary_table(const EvaluationParams& params, const Stats& stats) {
  const auto wanted = selections(params);
  const auto& thresholds = params.iou_thresholds;
  std::string table;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Selection& s = wanted[i];
    const std::string iou =
        s.iou_threshold ? fmt::format("{:0.2f}", *s.iou_threshold)
                        : fmt::format("{:0.2f}:{:0.2f}", thresholds.front(), thresholds.back());
    table +=
        fmt::format(" {:<18} {} @[ IoU={:<9} | area={:>6s} | maxDets={:>3d} ] = {:0.3f}\n",
                    s.precision ? "Average Precision" : "Average Recall",
                    s.precision ? "(AP)" : "(AR)", iou, s.area_range, s.max_detections, stats[i]);
  }
  return table;
}

}  // namespace roiflow
