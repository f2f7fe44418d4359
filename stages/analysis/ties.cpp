#include "stages/analysis/ties.hpp"

#include "stages/analysis/sampled_precision.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

enum class Among { best_first, worst_first };

/// The running counts at right detections only, equal scores put in the best or the worst order.
struct Rights {
  std::vector<std::uint64_t> right;
  std::vector<double> precision;

  Rights(const CategoryList& list, std::size_t t, Among order) {
    const std::uint64_t bit = std::uint64_t{1} << t;
    double wrongs = 0;
    const auto& all = list.detections;
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
      std::uint64_t right_here = 0, wrong_here = 0;
      for (; end < all.size() && (end == begin || all[end].score == all[begin].score); ++end) {
        if ((all[end].ignored & bit) != 0) continue;
        ++((all[end].matched & bit) != 0 ? right_here : wrong_here);
      }
      if (order == Among::worst_first) wrongs += static_cast<double>(wrong_here);
      for (; right_here > 0; --right_here) {
        const auto count = static_cast<double>(right.size() + 1);
        precision.push_back(count / (wrongs + count + coco_epsilon));
        right.push_back(right.size() + 1);
      }
      if (order == Among::best_first) wrongs += static_cast<double>(wrong_here);
    }
    envelop(precision);
  }
};

/// [T, R] of one category.
std::vector<double> samples(const EvaluationParams& params, const CategoryList& list, Among order) {
  const std::size_t recalls = params.recall_thresholds.size();
  std::vector<std::uint64_t> needed;
  needed_for(params.recall_thresholds, list.wanted, needed);
  std::vector<double> cells(params.iou_thresholds.size() * recalls);
  for (std::size_t t = 0; t < params.iou_thresholds.size(); ++t) {
    const Rights rights(list, t, order);
    sample_precision(rights.right, rights.precision, needed, &cells[t * recalls], 1);
  }
  return cells;
}

/// The mean over [T, R, K], summed in the COCO API's order.
double headline(const std::vector<std::vector<double>>& cells) {
  if (cells.empty()) return -1;
  std::vector<double> all;
  for (std::size_t i = 0; i < cells.front().size(); ++i) {
    for (const auto& category : cells) all.push_back(category[i]);
  }
  return numpy_mean(all);
}

}  // namespace

TieIntervals tie_intervals(const EvaluationParams& params, std::span<const CategoryList> lists) {
  TieIntervals intervals;
  std::vector<std::vector<double>> low, high;
  for (const CategoryList& list : lists) {
    Interval& interval = intervals.classes.emplace_back();
    if (list.wanted == 0) continue;
    low.push_back(samples(params, list, Among::worst_first));
    high.push_back(samples(params, list, Among::best_first));
    interval = {numpy_mean(low.back()), numpy_mean(high.back())};
  }
  intervals.ap = {headline(low), headline(high)};
  return intervals;
}

}  // namespace roiflow
