#include "stages/analysis/bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "stages/analysis/sampled_precision.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): the output after the state `value`.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

}  // namespace

std::vector<std::uint32_t> drawn_images(std::uint64_t seed, std::uint64_t sample,
                                        std::size_t images) {
  std::vector<std::uint32_t> weights(images);
  const std::uint64_t key = mixed(mixed(seed) ^ sample);
  for (std::size_t i = 0; i < images; ++i) {
    const std::uint64_t high = mixed(key ^ i) >> 32;
    ++weights[(high * images) >> 32];
  }
  return weights;
}

/// Buffers of one pass.
struct Bootstrap::Scratch {
  std::vector<std::uint64_t> seen;  // weight of a category's detections up to this one
  std::vector<std::uint64_t> right;
  std::vector<double> precision;
  std::vector<std::uint64_t> needed;
  std::vector<double> cells;  // [T, R]
};

Bootstrap::Bootstrap(const EvaluationParams& params, const MatchLists& lists)
    : recalls_(params.recall_thresholds),
      thresholds_(params.iou_thresholds.size()),
      half_(static_cast<std::size_t>(
          std::find(params.iou_thresholds.begin(), params.iou_thresholds.end(), 0.5) -
          params.iou_thresholds.begin())),
      images_(lists.images) {
  for (const CategoryList& list : lists.categories) {
    Category& category = categories_.emplace_back();
    category.objects = list.objects;
    category.right.resize(thresholds_);
    category.ignored.resize(thresholds_);
    for (std::uint32_t d = 0; d < list.detections.size(); ++d) {
      const ListedDetection& detection = list.detections[d];
      category.images.push_back(detection.image);
      for (std::size_t t = 0; t < thresholds_; ++t) {
        const std::uint64_t bit = std::uint64_t{1} << t;
        if ((detection.ignored & bit) != 0) {
          category.ignored[t].push_back(d);
        } else if ((detection.matched & bit) != 0) {
          category.right[t].push_back(d);
        }
      }
    }
  }
}

void Bootstrap::sample_category(const Category& category, std::span<const std::uint32_t> weights,
                                std::uint64_t wanted, Scratch& scratch) const {
  needed_for(recalls_, wanted, scratch.needed);
  scratch.seen.resize(category.images.size());
  std::uint64_t seen = 0;
  for (std::size_t d = 0; d < category.images.size(); ++d) {
    scratch.seen[d] = seen += weights[category.images[d]];
  }
  for (std::size_t t = 0; t < thresholds_; ++t) {
    scratch.right.clear();
    scratch.precision.clear();
    std::uint64_t right = 0, ignored = 0;
    auto skip = category.ignored[t].begin();
    for (const std::uint32_t d : category.right[t]) {
      const std::uint32_t weight = weights[category.images[d]];
      if (weight == 0) continue;
      for (; skip != category.ignored[t].end() && *skip < d; ++skip) {
        ignored += weights[category.images[*skip]];
      }
      right += weight;
      const auto kept = static_cast<double>(scratch.seen[d] - ignored);
      scratch.right.push_back(right);
      scratch.precision.push_back(static_cast<double>(right) / (kept + coco_epsilon));
    }
    envelop(scratch.precision);
    sample_precision(scratch.right, scratch.precision, scratch.needed,
                     &scratch.cells[t * recalls_.size()], 1);
  }
}

WeightedPrecision Bootstrap::weighted(std::span<const std::uint32_t> weights) const {
  std::vector<std::uint64_t> wanted(categories_.size());
  std::size_t present = 0;
  for (std::size_t k = 0; k < categories_.size(); ++k) {
    for (const ListedObjects& objects : categories_[k].objects) {
      wanted[k] += std::uint64_t{weights[objects.image]} * objects.wanted;
    }
    if (wanted[k] > 0) ++present;
  }
  WeightedPrecision out;
  out.classes.assign(categories_.size(), -1);
  out.classes50.assign(categories_.size(), -1);
  if (present == 0) return out;
  const std::size_t cells = thresholds_ * recalls_.size();
  std::vector<double> all(cells * present);  // [T, R, K]: the order in which the mean is summed
  Scratch scratch;
  scratch.cells.resize(cells);
  std::size_t column = 0;
  for (std::size_t k = 0; k < categories_.size(); ++k) {
    if (wanted[k] == 0) continue;
    sample_category(categories_[k], weights, wanted[k], scratch);
    out.classes[k] = numpy_mean(scratch.cells);
    if (half_ < thresholds_) {
      out.classes50[k] =
          numpy_mean(std::span(scratch.cells).subspan(half_ * recalls_.size(), recalls_.size()));
    }
    for (std::size_t i = 0; i < cells; ++i) all[i * present + column] = scratch.cells[i];
    ++column;
  }
  out.ap = numpy_mean(all);
  if (half_ < thresholds_) {
    const std::size_t row = recalls_.size() * present;
    out.ap50 = numpy_mean(std::span(all).subspan(half_ * row, row));
  }
  return out;
}

std::optional<Interval> percentile_interval(std::vector<double> values, double confidence) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    if (below + 1 >= values.size()) return values.back();
    const double rest = place - static_cast<double>(below);
    return values[below] + (values[below + 1] - values[below]) * rest;
  };
  return Interval{at((1 - confidence) / 2), at((1 + confidence) / 2)};
}

}  // namespace roiflow
