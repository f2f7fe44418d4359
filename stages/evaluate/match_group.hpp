/// The heart of the matching: one category of one image, whatever the overlaps were computed from.
/// See match.hpp for the rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "stages/evaluate/evaluation_params.hpp"
#include "stages/evaluate/match.hpp"

namespace roiflow {

struct TruthRegion {
  double area = 0;       ///< as annotated
  bool ignored = false;  ///< in every area range
  bool crowd = false;    ///< may be taken any number of times
  bool counts_as_match = true;
};

/// [D, G] overlaps of detections and ground truth, row-major, with the largest of each row.
class OverlapMatrix {
 public:
  /// iou(d, g) is called for every pair.
  template <class Iou>
  void fill(std::size_t detections, std::size_t ground_truths, const Iou& iou) {
    columns_ = ground_truths;
    values_.resize(detections * ground_truths);
    best_.resize(detections);
    for (std::size_t d = 0; d < detections; ++d) {
      // Whatever is compared with NaN is not smaller: such a pair may be taken at any threshold.
      double best = -std::numeric_limits<double>::infinity();
      for (std::size_t g = 0; g < ground_truths; ++g) {
        const double value = iou(d, g);
        values_[d * columns_ + g] = value;
        if (!(value <= best)) best = value == value ? value : no_limit;
      }
      best_[d] = best;
    }
  }
  /// No pair at all, as if either side were empty.
  void clear() { columns_ = 0; }

  [[nodiscard]] double operator()(std::size_t d, std::size_t g) const {
    return values_[d * columns_ + g];
  }
  [[nodiscard]] double best(std::size_t d) const { return best_[d]; }
  [[nodiscard]] std::size_t ground_truths() const { return columns_; }

 private:
  static constexpr double no_limit = std::numeric_limits<double>::infinity();
  std::size_t columns_ = 0;
  std::vector<double> values_, best_;
};

class GroupMatcher {
 public:
  explicit GroupMatcher(const EvaluationParams& params);

  /// `areas` of the detections, which are in descending order of score; `overlaps` has no columns
  /// or one for each of `truth`. Sets wanted[a] to the number of objects to be found and
  /// flags[d, a], which come zeroed.
  void match(std::span<std::uint32_t> wanted, std::span<MatchFlags> flags,
             std::span<const TruthRegion> truth, std::span<const double> areas,
             const OverlapMatrix& overlaps);

 private:
  std::uint32_t find_ignored(std::size_t range, std::span<const TruthRegion> truth);
  void set_flags(std::size_t range, std::span<MatchFlags> flags,
                 std::span<const std::uint32_t> chosen, std::span<const TruthRegion> truth) const;
  void find_candidates(const OverlapMatrix& overlaps, std::size_t detections);
  void decide(std::span<std::uint32_t> chosen, std::span<const std::uint8_t> ignored,
              std::span<const TruthRegion> truth, const OverlapMatrix& overlaps);
  [[nodiscard]] std::uint32_t choose(std::size_t detection, double floor,
                                     std::span<const TruthRegion> truth,
                                     const OverlapMatrix& overlaps) const;
  [[nodiscard]] std::size_t find_same(std::size_t range, std::size_t truths) const;

  const EvaluationParams* params_;
  std::vector<double> floors_;  // [T] the least overlap
  double lowest_floor_ = 0;
  std::vector<std::uint32_t> candidates_;  // detections that reach any threshold
  std::vector<std::uint8_t> ignored_;      // [A, G]
  std::vector<std::uint32_t> chosen_;      // [A, T, candidates] ground truth, or none
  std::vector<std::uint32_t> order_;       // of ground truth: those to be found first
  std::size_t wanted_ = 0;                 // so many of them
  std::vector<std::uint8_t> taken_;        // [G]
};

}  // namespace roiflow
