#include "stages/evaluate/match_group.hpp"

#include <algorithm>

namespace roiflow {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;

}  // namespace

GroupMatcher::GroupMatcher(const EvaluationParams& params) : params_(&params) {
  for (const double threshold : params.iou_thresholds) {
    floors_.push_back(std::min(threshold, 1 - 1e-10));
  }
  lowest_floor_ = *std::min_element(floors_.begin(), floors_.end());
}

void GroupMatcher::find_candidates(const OverlapMatrix& overlaps, std::size_t detections) {
  candidates_.clear();
  if (overlaps.ground_truths() == 0) return;
  for (std::size_t d = 0; d < detections; ++d) {
    if (overlaps.best(d) >= lowest_floor_) candidates_.push_back(static_cast<std::uint32_t>(d));
  }
}

/// The ground truth that a detection takes, in the order of order_.
std::uint32_t GroupMatcher::choose(std::size_t detection, double floor,
                                   std::span<const TruthRegion> truth,
                                   const OverlapMatrix& overlaps) const {
  double best = floor;
  std::uint32_t chosen = none;
  for (std::size_t place = 0; place < order_.size(); ++place) {
    if (place == wanted_ && chosen != none) break;
    const std::uint32_t g = order_[place];
    if (taken_[g] != 0 && !truth[g].crowd) continue;
    if (overlaps(detection, g) < best) continue;
    best = overlaps(detection, g);
    chosen = g;
  }
  return chosen;
}

/// All candidates at all thresholds, where `ignored` says which ground truth is not to be found.
void GroupMatcher::decide(std::span<std::uint32_t> chosen, std::span<const std::uint8_t> ignored,
                          std::span<const TruthRegion> truth, const OverlapMatrix& overlaps) {
  order_.clear();
  for (const int last : {0, 1}) {
    for (std::uint32_t g = 0; g < truth.size(); ++g) {
      if (ignored[g] == last) order_.push_back(g);
    }
    if (last == 0) wanted_ = order_.size();
  }
  for (std::size_t t = 0; t < floors_.size(); ++t) {
    taken_.assign(truth.size(), 0);
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      std::uint32_t& took = chosen[t * candidates_.size() + c];
      took = none;
      if (overlaps.best(candidates_[c]) < floors_[t]) continue;
      took = choose(candidates_[c], floors_[t], truth, overlaps);
      if (took != none) taken_[took] = 1;
    }
  }
}

/// The first area range that ignores the same ground truth: the same decisions are made there. To
/// ignore all makes the same ones as to ignore none.
std::size_t GroupMatcher::find_same(std::size_t range, std::size_t truths) const {
  const auto row = [&](std::size_t a) { return std::span(ignored_).subspan(a * truths, truths); };
  const auto uniform = [](std::span<const std::uint8_t> values) {
    return std::ranges::all_of(values, [&](std::uint8_t v) { return v == values.front(); });
  };
  for (std::size_t a = 0; a < range; ++a) {
    if (std::ranges::equal(row(a), row(range)) || (uniform(row(a)) && uniform(row(range)))) {
      return a;
    }
  }
  return range;
}

/// Which ground truth an area range ignores; returns how many it does not.
std::uint32_t GroupMatcher::find_ignored(std::size_t range, std::span<const TruthRegion> truth) {
  const AreaRange& limits = params_->area_ranges[range];
  std::uint8_t* ignored = ignored_.data() + range * truth.size();
  std::uint32_t wanted = 0;
  for (std::size_t g = 0; g < truth.size(); ++g) {
    const double area = truth[g].area;
    const bool ignore = truth[g].ignored || area < limits.low || area > limits.high;
    ignored[g] = ignore ? 1 : 0;
    wanted += ignore ? 0 : 1;
  }
  return wanted;
}

/// What the candidates took, as bits of their flags.
void GroupMatcher::set_flags(std::size_t range, std::span<MatchFlags> flags,
                             std::span<const std::uint32_t> chosen,
                             std::span<const TruthRegion> truth) const {
  const std::uint8_t* ignored = ignored_.data() + range * truth.size();
  const std::size_t ranges = params_->area_ranges.size();
  for (std::size_t c = 0; c < candidates_.size(); ++c) {
    MatchFlags& flag = flags[candidates_[c] * ranges + range];
    for (std::size_t t = 0; t < floors_.size(); ++t) {
      const std::uint32_t took = chosen[t * candidates_.size() + c];
      if (took == none) continue;
      if (truth[took].counts_as_match) flag.matched |= std::uint64_t{1} << t;
      if (ignored[took] != 0) flag.ignored |= std::uint64_t{1} << t;
    }
  }
}

void GroupMatcher::match(std::span<std::uint32_t> wanted, std::span<MatchFlags> flags,
                         std::span<const TruthRegion> truth, std::span<const double> areas,
                         const OverlapMatrix& overlaps) {
  const auto& ranges = params_->area_ranges;
  const std::uint64_t all_bits = ~std::uint64_t{0} >> (64 - floors_.size());
  find_candidates(overlaps, areas.size());
  const std::size_t decisions = floors_.size() * candidates_.size();
  ignored_.resize(ranges.size() * truth.size());
  chosen_.resize(ranges.size() * decisions);
  for (std::size_t a = 0; a < ranges.size(); ++a) {
    wanted[a] = find_ignored(a, truth);
    if (!candidates_.empty()) {
      const std::size_t same = find_same(a, truth.size());
      const auto chosen = std::span(chosen_).subspan(a * decisions, decisions);
      if (same == a) {
        decide(chosen, std::span(ignored_).subspan(a * truth.size(), truth.size()), truth,
               overlaps);
      } else {
        std::copy_n(chosen_.data() + same * decisions, decisions, chosen.data());
      }
      set_flags(a, flags, chosen, truth);
    }
    for (std::size_t d = 0; d < areas.size(); ++d) {
      if (areas[d] < ranges[a].low || areas[d] > ranges[a].high) {
        MatchFlags& flag = flags[d * ranges.size() + a];
        flag.ignored |= all_bits & ~flag.matched;
      }
    }
  }
}

}  // namespace roiflow
