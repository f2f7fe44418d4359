#include "stages/losses/match_boxes.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr float nothing_yet = -std::numeric_limits<float>::infinity();

/// The largest of the values seen, the first of equal ones; NaN is larger than any number.
struct Largest {
  float value = nothing_yet;
  int index = -1;

  void see(float other, int other_index) {
    if (std::isnan(value) || other <= value) return;
    value = other;
    index = other_index;
  }
};

/// What a box overlaps most; each object hears of its overlap, too, if `best_of_truth` has room.
Largest best_object(std::span<const Box> truth, const Box& box, std::span<Largest> best_of_truth) {
  Largest best;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    const float overlap = intersection_over_union(truth[t], box);
    best.see(overlap, static_cast<int>(t));
    if (!best_of_truth.empty()) best_of_truth[t].see(overlap, 0);
  }
  return best;
}

bool is_best_of_any(std::span<const Box> truth, const Box& box, std::span<const Largest> best) {
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (intersection_over_union(truth[t], box) == best[t].value) return true;
  }
  return false;
}

}  // namespace

std::vector<int> match_boxes(std::span<const Box> truth, std::span<const Box> boxes,
                             const MatchParams& params) {
  require(params.low <= params.high, ErrorCode::usage,
          "matching: the lower IoU threshold must not exceed the higher one, found {} and {}",
          params.low, params.high);
  std::vector<int> matches(boxes.size(), not_matched);
  if (truth.empty()) return matches;
  std::vector<Largest> best_of_truth(params.keep_best ? truth.size() : 0);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const Largest best = best_object(truth, boxes[i], best_of_truth);
    matches[i] = best.value < params.low    ? not_matched
                 : best.value < params.high ? undecided
                                            : best.index;
  }
  for (std::size_t i = 0; params.keep_best && i < boxes.size(); ++i) {
    if (matches[i] >= 0 || !is_best_of_any(truth, boxes[i], best_of_truth)) continue;
    matches[i] = best_object(truth, boxes[i], {}).index;
  }
  return matches;
}

}  // namespace roiflow
