#include "stages/evaluate/accumulate.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace roiflow {
namespace {

/// One category at one threshold, area range and limit: all that the curve depends on.
///
/// Recall rises only at a true positive, and precision falls in between: so only the true positives
/// are kept, and a recall that needs n of them is first reached at the n-th.
class Curve {
 public:
  explicit Curve(std::uint64_t ground_truths)
      : ground_truths_(static_cast<double>(ground_truths)) {}

  void add_true_positive(double score) {
    start(score);
    const auto tp = static_cast<double>(scores_.size() + 1);
    precisions_.push_back(tp / (false_positives_ + tp + epsilon));
    scores_.push_back(score);
  }
  void add_false_positive(double score) {
    start(score);
    ++false_positives_;
  }
  void add_ignored(double score) { start(score); }

  [[nodiscard]] double recall() const {
    return static_cast<double>(scores_.size()) / ground_truths_;
  }

  /// Fills what `thresholds` reach, in their order, up to the first that is not reached; the rest
  /// stays as it is.
  void sample(std::span<const double> thresholds, std::size_t stride, double* precision,
              double* score) {
    if (!started_) return;
    for (std::size_t i = precisions_.size(); i-- > 1;) {
      precisions_[i - 1] = std::max(precisions_[i - 1], precisions_[i]);
    }
    for (std::size_t r = 0; r < thresholds.size(); ++r) {
      const std::size_t needed = true_positives_for(thresholds[r]);
      if (needed > scores_.size()) return;
      // No true positive needed: reached at the very first detection, whatever it is.
      const std::size_t at = needed > 0 ? needed - 1 : 0;
      precision[r * stride] = precisions_.empty() ? 0 : precisions_[at];
      score[r * stride] = needed > 0 ? scores_[at] : first_score_;
    }
  }

 private:
  static constexpr double epsilon = std::numeric_limits<double>::epsilon();

  void start(double score) {
    if (!started_) first_score_ = score;
    started_ = true;
  }

  /// The smallest n with n / ground_truths >= threshold.
  [[nodiscard]] std::size_t true_positives_for(double threshold) const {
    std::size_t low = 0, high = scores_.size() + 1;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (static_cast<double>(middle) / ground_truths_ < threshold) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  double ground_truths_;
  double false_positives_ = 0;
  bool started_ = false;
  double first_score_ = 0;
  std::vector<double> precisions_;
  std::vector<double> scores_;
};

/// The detections of one category in descending order, with the flags of one area range.
struct FlaggedDetection {
  double score = 0;
  std::uint32_t rank = 0;
  std::uint64_t matched = 0, ignored = 0;
};

std::vector<FlaggedDetection> flagged(const CategoryLog& log,
                                      std::span<const CategoryLog::Entry> order,
                                      std::size_t area_range) {
  std::vector<FlaggedDetection> detections(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t d = order[i].detection;
    detections[i] = {log.score(d), order[i].rank, log.matched(d, area_range),
                     log.ignored(d, area_range)};
  }
  return detections;
}

Curve curve_at(std::span<const FlaggedDetection> detections, std::uint64_t ground_truths,
               std::size_t threshold, int max_detections) {
  Curve curve(ground_truths);
  const std::uint64_t bit = std::uint64_t{1} << threshold;
  for (const FlaggedDetection& detection : detections) {
    if (detection.rank >= static_cast<std::uint32_t>(max_detections)) continue;
    if ((detection.ignored & bit) != 0) {
      curve.add_ignored(detection.score);
    } else if ((detection.matched & bit) != 0) {
      curve.add_true_positive(detection.score);
    } else {
      curve.add_false_positive(detection.score);
    }
  }
  return curve;
}

/// Fills one category's and area range's part of the arrays, which hold -1.
void fill(EvaluationArrays& arrays, const EvaluationParams& params, std::size_t k, std::size_t a,
          std::span<const FlaggedDetection> detections, std::uint64_t ground_truths) {
  const std::size_t stride = arrays.categories * arrays.areas * arrays.limits;
  for (std::size_t t = 0; t < arrays.thresholds; ++t) {
    for (std::size_t m = 0; m < arrays.limits; ++m) {
      Curve curve = curve_at(detections, ground_truths, t, params.max_detections[m]);
      arrays.recall[arrays.cell(t, k, a, m)] = curve.recall();
      double* precision = &arrays.precision[arrays.cell(t, 0, k, a, m)];
      double* score = &arrays.scores[arrays.cell(t, 0, k, a, m)];
      for (std::size_t r = 0; r < arrays.recalls; ++r)
        precision[r * stride] = score[r * stride] = 0;
      curve.sample(params.recall_thresholds, stride, precision, score);
    }
  }
}

}  // namespace

Accumulator::Accumulator(EvaluationParams params) : params_(std::move(params)) {
  validate(params_);
  categories_.assign(params_.category_count(),
                     CategoryLog(params_.iou_thresholds.size(), params_.area_ranges.size()));
}

void Accumulator::append(std::int64_t image_id, const ImageMatches& matches) {
  for (const CategoryMatches& category : matches.categories) {
    categories_[category.category].append(image_id, category);
  }
}

EvaluationArrays Accumulator::accumulate() const {
  EvaluationArrays arrays{params_.iou_thresholds.size(),
                          params_.recall_thresholds.size(),
                          categories_.size(),
                          params_.area_ranges.size(),
                          params_.max_detections.size(),
                          {},
                          {},
                          {}};
  const std::size_t cells = arrays.thresholds * arrays.categories * arrays.areas * arrays.limits;
  arrays.recall.assign(cells, -1);
  arrays.precision.assign(cells * arrays.recalls, -1);
  arrays.scores.assign(cells * arrays.recalls, -1);
  for (std::size_t k = 0; k < arrays.categories; ++k) {
    const CategoryLog& log = categories_[k];
    if (!log.seen()) continue;
    const std::vector<CategoryLog::Entry> order = log.sorted();
    for (std::size_t a = 0; a < arrays.areas; ++a) {
      if (log.ground_truths(a) == 0) continue;
      fill(arrays, params_, k, a, flagged(log, order, a), log.ground_truths(a));
    }
  }
  return arrays;
}

}  // namespace roiflow
