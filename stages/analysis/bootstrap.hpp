/// Confidence intervals by the bootstrap over images (Efron 1979, percentile method): the images
/// are drawn with replacement, as many as there are, and evaluated again, many times.
///
/// An image that is drawn w times counts as w images, evaluated by the COCO API's rule: one pass
/// along the sorted detections with integer weights, in the same arithmetic, so with all weights 1
/// it is AP to the last bit. (Copies of a detection follow each other, also where its image has
/// another one of the same category and score.) A category without objects in a sample is left out
/// of it.
///
/// Draw number i of sample number s is a hash of (seed, s, i), not the state of a generator: the
/// numbers are the same on every machine and for any order of computation. Several threads may
/// compute different samples at once.
///
/// Example: Bootstrap bootstrap(params, lists); bootstrap.sample(seed, 0 .. B-1); then intervals().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/match_lists.hpp"

namespace roiflow {

/// AP of one set of weights, all sizes; -1 without objects.
struct WeightedPrecision {
  double ap = -1, ap50 = -1;
  std::vector<double> classes;    ///< [K]
  std::vector<double> classes50;  ///< [K]
};

/// How often each image is drawn, [images]; their sum is `images`. The hash is SplitMix64's.
[[nodiscard]] std::vector<std::uint32_t> drawn_images(std::uint64_t seed, std::uint64_t sample,
                                                      std::size_t images);

class Bootstrap {
 public:
  /// Keeps what it needs of `lists`.
  Bootstrap(const EvaluationParams& params, const MatchLists& lists);

  [[nodiscard]] WeightedPrecision weighted(std::span<const std::uint32_t> weights) const;

  [[nodiscard]] WeightedPrecision sample(std::uint64_t seed, std::uint64_t number) const {
    return weighted(drawn_images(seed, number, images_));
  }

 private:
  struct Category {
    std::vector<std::uint32_t> images;                // [D] of each detection, best first
    std::vector<std::vector<std::uint32_t>> right;    // [T] places in `images`
    std::vector<std::vector<std::uint32_t>> ignored;  // [T]
    std::vector<ListedObjects> objects;
  };
  struct Scratch;
  void sample_category(const Category& category, std::span<const std::uint32_t> weights,
                       std::uint64_t wanted, Scratch& scratch) const;

  std::vector<double> recalls_;
  std::size_t thresholds_, half_;  ///< half_: index of IoU 0.5, or thresholds_
  std::size_t images_;
  std::vector<Category> categories_;
};

/// The middle `confidence` of the values, as numpy.percentile bounds it (linear); nothing of none.
[[nodiscard]] std::optional<Interval> percentile_interval(std::vector<double> values,
                                                          double confidence = 0.95);

}  // namespace roiflow
