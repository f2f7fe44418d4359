#include "stages/evaluate/precision_curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/core/error.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// The smallest n with n / objects >= threshold; the quotient decides, as it is rounded.
std::uint64_t true_positives_for(double threshold, std::uint64_t objects) {
  constexpr auto never = std::numeric_limits<std::uint64_t>::max();
  const auto whole = static_cast<double>(objects);
  if (!(threshold <= 1)) return never;
  if (threshold <= 0) return 0;
  auto n = static_cast<std::uint64_t>(std::ceil(threshold * whole));
  while (n > 0 && static_cast<double>(n - 1) / whole >= threshold) --n;
  while (static_cast<double>(n) / whole < threshold) ++n;
  return n;
}

}  // namespace

PrecisionCurves::PrecisionCurves(const EvaluationParams& params, const FlagTable& flags)
    : params_(&params) {
  const std::uint64_t all_bits = ~std::uint64_t{0} >> (64 - params.iou_thresholds.size());
  for (std::uint32_t number = 0; number < flags.size(); ++number) {
    for (const MatchFlags& flag : flags[number]) {
      Event& kind = kinds_.emplace_back();
      kind.right = flag.matched & ~flag.ignored & all_bits;
      kind.wrong = ~flag.matched & ~flag.ignored & all_bits;
    }
  }
}

/// Which limits keep which detections; limits above the longest list keep all, like each other.
void PrecisionCurves::find_levels(std::span<const RankedDetection> detections) {
  const auto& limits = params_->max_detections;
  levels_ = 0;
  first_scores_.clear();
  std::uint32_t last_rank = 0;
  for (const RankedDetection& detection : detections) {
    last_rank = std::max(last_rank, detection.rank);
  }
  if (detections.empty()) return;
  require(last_rank < static_cast<std::uint32_t>(limits.back()), ErrorCode::bad_data,
          "evaluation: an image and category has {} detections, more than the limit {}",
          last_rank + 1, limits.back());
  level_of_rank_.clear();
  for (std::uint32_t rank = 0, level = 0; rank <= last_rank; ++rank) {
    while (rank >= static_cast<std::uint32_t>(limits[level])) ++level;
    level_of_rank_.push_back(level);
  }
  levels_ = std::size_t{level_of_rank_.back()} + 1;
  for (std::size_t m = 0; m < levels_; ++m) {
    const auto first = std::ranges::find_if(
        detections, [&](const RankedDetection& d) { return level_of_rank_[d.rank] <= m; });
    first_scores_.push_back(first->score);
  }
}

void PrecisionCurves::find_events(std::size_t range, std::span<const RankedDetection> detections) {
  const std::size_t ranges = params_->area_ranges.size();
  const std::uint64_t all_bits = ~std::uint64_t{0} >> (64 - params_->iou_thresholds.size());
  events_.clear();
  wrong_before_.clear();
  std::vector<std::uint32_t> wrong(levels_, 0);
  for (const RankedDetection& detection : detections) {
    const Event& kind = kinds_[detection.flags * ranges + range];
    const std::size_t level = level_of_rank_[detection.rank];
    if (kind.wrong == all_bits) {
      for (std::size_t m = level; m < levels_; ++m) ++wrong[m];
    } else if ((kind.right | kind.wrong) != 0) {
      events_.push_back({detection.score, kind.right, kind.wrong, level});
      wrong_before_.insert(wrong_before_.end(), wrong.begin(), wrong.end());
    }
  }
}

void PrecisionCurves::find_needed(std::uint64_t objects) {
  needed_.clear();
  for (const double threshold : params_->recall_thresholds) {
    needed_.push_back(true_positives_for(threshold, objects));
  }
}

/// The true positives, each with the highest precision from there on.
void PrecisionCurves::trace(std::size_t threshold, std::size_t limit, std::uint64_t objects) {
  const std::uint64_t bit = std::uint64_t{1} << threshold;
  points_.clear();
  double true_positives = 0, false_positives = 0;
  for (std::size_t e = 0; e < events_.size(); ++e) {
    const Event& event = events_[e];
    if (event.level > limit) continue;
    if ((event.right & bit) != 0) {
      true_positives += 1;
      const double found = false_positives +
                           static_cast<double>(wrong_before_[e * levels_ + limit]) + true_positives;
      points_.push_back({true_positives / (found + epsilon), event.score});
    } else if ((event.wrong & bit) != 0) {
      false_positives += 1;
    }
  }
  require(points_.size() <= objects, ErrorCode::bad_data,
          "evaluation: {} objects were found where there are {}", points_.size(), objects);
  for (std::size_t i = points_.size(); i-- > 1;) {
    points_[i - 1].precision = std::max(points_[i - 1].precision, points_[i].precision);
  }
}

/// Reads the traced curve at the recalls, in their order, up to the first that is not reached.
void PrecisionCurves::sample(EvaluationArrays& arrays, std::size_t t, std::size_t k, std::size_t a,
                             std::size_t m) const {
  const std::size_t stride = arrays.categories * arrays.areas * arrays.limits;
  double* precision = &arrays.precision[arrays.cell(t, 0, k, a, m)];
  double* score = &arrays.scores[arrays.cell(t, 0, k, a, m)];
  std::size_t r = 0;
  const bool any = levels_ > 0;  // detections at all
  for (; any && r < needed_.size() && needed_[r] <= points_.size(); ++r) {
    // No true positive needed: reached at the very first detection, whatever it is.
    const std::uint64_t n = needed_[r];
    precision[r * stride] = points_.empty() ? 0 : points_[n > 0 ? n - 1 : 0].precision;
    score[r * stride] = n > 0 ? points_[n - 1].score : first_scores_[std::min(m, levels_ - 1)];
  }
  for (; r < needed_.size(); ++r) precision[r * stride] = score[r * stride] = 0;
}

void PrecisionCurves::fill(EvaluationArrays& arrays, std::size_t k, const CategoryLog& log,
                           std::span<const RankedDetection> detections) {
  find_levels(detections);
  for (std::size_t a = 0; a < arrays.areas; ++a) {
    std::uint64_t objects = 0;
    for (std::size_t i = a; i < log.truth_counts.size(); i += arrays.areas) {
      objects += log.truth_counts[i];
    }
    if (objects == 0) continue;
    find_events(a, detections);
    find_needed(objects);
    for (std::size_t t = 0; t < arrays.thresholds; ++t) {
      for (std::size_t m = 0; m < arrays.limits; ++m) {
        const std::size_t level = std::min(m, levels_ - 1);
        if (m < std::max<std::size_t>(levels_, 1)) trace(t, level, objects);
        sample(arrays, t, k, a, m);
        arrays.recall[arrays.cell(t, k, a, m)] =
            static_cast<double>(points_.size()) / static_cast<double>(objects);
      }
    }
  }
}

}  // namespace roiflow
