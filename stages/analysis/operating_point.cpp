#include "stages/analysis/operating_point.hpp"

#include <algorithm>
#include <cmath>

#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

/// `counts` of all detections in descending order of score.
OperatingPoint best_of(const RunningCounts& counts, std::uint64_t wanted) {
  OperatingPoint best;
  if (wanted == 0) return best;
  const auto objects = static_cast<double>(wanted);
  for (std::size_t i = 0; i < counts.score.size(); ++i) {
    const bool last_of_equals =
        i + 1 == counts.score.size() || counts.score[i + 1] != counts.score[i];
    if (!last_of_equals || std::isnan(counts.score[i])) continue;
    const double kept = counts.right[i] + counts.wrong[i];
    const double f1 = 2 * counts.right[i] / (kept + objects);
    if (f1 > best.f1) {
      best = {counts.score[i], counts.right[i] / kept, counts.right[i] / objects, f1};
    }
  }
  return best;
}

}  // namespace

OperatingPoint best_operating_point(const CategoryList& list, std::size_t t) {
  return best_of(running_counts(list, t), list.wanted);
}

OperatingPoint best_operating_point(std::span<const CategoryList> lists, std::size_t t) {
  CategoryList all;
  for (const CategoryList& list : lists) {
    all.detections.insert(all.detections.end(), list.detections.begin(), list.detections.end());
    all.wanted += list.wanted;
  }
  std::sort(all.detections.begin(), all.detections.end(),
            [](const auto& a, const auto& b) { return goes_before(a.score, b.score); });
  return best_of(running_counts(all, t), all.wanted);
}

}  // namespace roiflow
