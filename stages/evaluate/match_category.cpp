#include "stages/evaluate/match_category.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "stages/masks/mask_iou.hpp"

namespace roiflow {
namespace {

/// [D, G] overlaps, row-major.
class Overlaps {
 public:
  Overlaps(IouType type, std::span<const GroundTruthRegion> gts,
           std::span<const DetectionRegion> dts)
      : columns_(gts.size()), values_(gts.size() * dts.size()) {
    if (type == IouType::bbox) {
      fill(dts, [&](std::size_t d, std::size_t g) {
        return box_iou(dts[d].bbox, gts[g].bbox, gts[g].crowd);
      });
      return;
    }
    std::vector<MeasuredMask> dt_masks, gt_masks;
    for (const auto& dt : dts) dt_masks.emplace_back(*dt.mask);
    for (const auto& gt : gts) gt_masks.emplace_back(*gt.mask);
    fill(dts, [&](std::size_t d, std::size_t g) {
      return mask_iou(dt_masks[d], gt_masks[g], gts[g].crowd);
    });
  }

  [[nodiscard]] double operator()(std::size_t d, std::size_t g) const {
    return values_[d * columns_ + g];
  }
  /// The largest overlap of a detection: below the threshold nothing needs to be looked at.
  [[nodiscard]] double best(std::size_t d) const { return best_[d]; }

 private:
  template <class Iou>
  void fill(std::span<const DetectionRegion> dts, const Iou& iou) {
    best_.assign(dts.size(), 0);
    for (std::size_t d = 0; d < dts.size(); ++d) {
      for (std::size_t g = 0; g < columns_; ++g) {
        const double value = iou(d, g);
        values_[d * columns_ + g] = value;
        best_[d] = std::max(best_[d], value);
      }
    }
  }

  std::size_t columns_;
  std::vector<double> values_;
  std::vector<double> best_;
};

/// Ground truth in one area range: those that are to be found first, then the ignored.
struct RangeOrder {
  std::vector<std::size_t> order;  ///< indices of ground truth
  std::size_t wanted = 0;          ///< order[0 .. wanted) are not ignored

  RangeOrder(std::span<const GroundTruthRegion> gts, const AreaRange& range) : order(gts.size()) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto first_ignored =
        std::stable_partition(order.begin(), order.end(), [&](std::size_t g) {
          return !(gts[g].crowd || gts[g].area < range.low || gts[g].area > range.high);
        });
    wanted = static_cast<std::size_t>(first_ignored - order.begin());
  }
};

/// Place in `range.order` of what detection `d` takes, or order.size().
std::size_t choose(const Overlaps& overlaps, std::size_t d, double threshold,
                   const RangeOrder& range, std::span<const GroundTruthRegion> gts,
                   const std::vector<bool>& taken) {
  const std::size_t none = range.order.size();
  double best = std::min(threshold, 1 - 1e-10);
  std::size_t chosen = none;
  for (std::size_t place = 0; place < none; ++place) {
    const std::size_t g = range.order[place];
    if (taken[place] && !gts[g].crowd) continue;
    if (chosen != none && chosen < range.wanted && place >= range.wanted) break;
    if (overlaps(d, g) < best) continue;
    best = overlaps(d, g);
    chosen = place;
  }
  return chosen;
}

/// All detections at one threshold and in one area range; sets bit `t` of their flags.
void match_at(std::size_t t, const EvaluationParams& params, const RangeOrder& range,
              const Overlaps& overlaps, std::span<const GroundTruthRegion> gts, std::size_t count,
              std::uint64_t* matched, std::uint64_t* ignored) {
  const double threshold = params.iou_thresholds[t];
  const std::uint64_t bit = std::uint64_t{1} << t;
  std::vector<bool> taken(range.order.size());
  for (std::size_t d = 0; d < count; ++d) {
    if (overlaps.best(d) < std::min(threshold, 1 - 1e-10)) continue;
    const std::size_t place = choose(overlaps, d, threshold, range, gts, taken);
    if (place == range.order.size()) continue;
    taken[place] = true;
    if (place >= range.wanted) ignored[d] |= bit;
    if (gts[range.order[place]].counts_as_match) matched[d] |= bit;
  }
}

}  // namespace

CategoryMatches match_category(const EvaluationParams& params, IouType type,
                               std::span<const GroundTruthRegion> ground_truth,
                               std::span<const DetectionRegion> detections) {
  const std::size_t count = detections.size(), thresholds = params.iou_thresholds.size();
  const std::uint64_t all_bits = ~std::uint64_t{0} >> (64 - thresholds);
  CategoryMatches out;
  for (const auto& detection : detections) out.scores.push_back(detection.score);
  out.matched.assign(params.area_ranges.size() * count, 0);
  out.ignored.assign(params.area_ranges.size() * count, 0);
  const Overlaps overlaps(type, ground_truth, detections);
  for (std::size_t a = 0; a < params.area_ranges.size(); ++a) {
    const AreaRange& area_range = params.area_ranges[a];
    const RangeOrder range(ground_truth, area_range);
    out.ground_truths.push_back(static_cast<std::uint32_t>(range.wanted));
    std::uint64_t* matched = out.matched.data() + a * count;
    std::uint64_t* ignored = out.ignored.data() + a * count;
    for (std::size_t t = 0; t < thresholds; ++t) {
      match_at(t, params, range, overlaps, ground_truth, count, matched, ignored);
    }
    for (std::size_t d = 0; d < count; ++d) {
      const double area = detections[d].area;
      if (area < area_range.low || area > area_range.high) ignored[d] |= all_bits & ~matched[d];
    }
  }
  return out;
}

}  // namespace roiflow
