#include "stages/selective_search/grouping.hpp"

#include <algorithm>
#include <array>

namespace roiflow {
namespace {

/// The regions that are alive, each in the row of one of its initial regions.
class Grouping {
 public:
  Grouping(RegionSet regions, const Measures& measures);
  std::vector<Merge> run();

 private:
  struct Candidate {
    double similarity;
    int first, second;
    bool operator<(const Candidate& other) const {  // a heap has its largest in front
      if (similarity != other.similarity) return similarity < other.similarity;
      if (first != other.first) return first > other.first;
      return second > other.second;
    }
  };
  static constexpr std::size_t no_row = ~std::size_t{0};

  [[nodiscard]] double similarity(std::size_t a, std::size_t b) const;
  [[nodiscard]] std::size_t row(int region) const {
    return rows_[static_cast<std::size_t>(region)];
  }
  [[nodiscard]] bool is_stale(const Candidate& candidate) const {
    return row(candidate.first) == no_row || row(candidate.second) == no_row;
  }
  std::vector<int>& neighbours(int region) { return neighbours_[static_cast<std::size_t>(region)]; }
  void push(int first, int second);
  int join(const Candidate& candidate);
  void drop_stale();

  RegionSet regions_;
  Measures measures_;
  std::vector<std::size_t> rows_;             ///< [region], no_row once it was merged
  std::vector<std::vector<int>> neighbours_;  ///< [region], rising
  std::vector<Candidate> heap_;               ///< also pairs that are no more
  std::size_t pairs_ = 0;                     ///< those that still are
};

Grouping::Grouping(RegionSet regions, const Measures& measures)
    : regions_(std::move(regions)), measures_(measures) {
  const std::size_t count = regions_.sizes.size();
  rows_.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) rows_.push_back(i);
  neighbours_.resize(count);
  neighbours_.reserve(2 * count);
  for (const auto& [first, second] : regions_.neighbours) {
    neighbours(first).push_back(second);
    neighbours(second).push_back(first);
    heap_.push_back({similarity(row(first), row(second)), first, second});
  }
  pairs_ = heap_.size();
  std::make_heap(heap_.begin(), heap_.end());
}

/// Sum of min(a_i / a_total, b_i / b_total), in eight partial sums so that it can be vectorised.
float intersection(std::span<const std::int32_t> a, float a_share, std::span<const std::int32_t> b,
                   float b_share) {
  constexpr std::size_t lanes = 8;
  std::array<float, lanes> sums{};
  for (std::size_t i = 0; i < a.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += std::min(static_cast<float>(a[i + lane]) * a_share,
                             static_cast<float>(b[i + lane]) * b_share);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

double intersection(const RegionHistograms& histograms, const RegionSet& regions, std::size_t a,
                    std::size_t b) {
  const auto planes = static_cast<float>(histograms.planes);
  return double{
      intersection(histograms.row(a), 1.0F / (planes * static_cast<float>(regions.sizes[a])),
                   histograms.row(b), 1.0F / (planes * static_cast<float>(regions.sizes[b])))};
}

double Grouping::similarity(std::size_t a, std::size_t b) const {
  const double pixels = regions_.image_pixels;
  const double size = double{1} * regions_.sizes[a] + regions_.sizes[b];
  double sum = 0;
  if (measures_.colour) sum += intersection(regions_.colour, regions_, a, b);
  if (measures_.texture) sum += intersection(regions_.texture, regions_, a, b);
  if (measures_.size) sum += 1 - size / pixels;
  if (measures_.fill) {
    const PixelBox box = united(regions_.boxes[a], regions_.boxes[b]);
    sum += 1 - (double{1} * (box.x1 - box.x0) * (box.y1 - box.y0) - size) / pixels;
  }
  return sum;
}

void Grouping::push(int first, int second) {
  heap_.push_back({similarity(row(first), row(second)), first, second});
  std::push_heap(heap_.begin(), heap_.end());
}

void add(std::span<std::int32_t> to, std::span<const std::int32_t> from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

/// The two become a new region in the first one's row, with the neighbours of both.
int Grouping::join(const Candidate& candidate) {
  const int first = candidate.first, second = candidate.second;
  const std::size_t a = row(first), b = row(second);
  regions_.sizes[a] += regions_.sizes[b];
  regions_.boxes[a] = united(regions_.boxes[a], regions_.boxes[b]);
  if (measures_.colour) add(regions_.colour.row(a), regions_.colour.row(b));
  if (measures_.texture) add(regions_.texture.row(a), regions_.texture.row(b));
  const int joined = static_cast<int>(rows_.size());
  rows_[static_cast<std::size_t>(first)] = rows_[static_cast<std::size_t>(second)] = no_row;
  rows_.push_back(a);
  std::vector<int> around;
  std::set_union(neighbours(first).begin(), neighbours(first).end(), neighbours(second).begin(),
                 neighbours(second).end(), std::back_inserter(around));
  std::erase_if(around, [&](int region) { return region == first || region == second; });
  pairs_ += around.size() + 1;
  pairs_ -= neighbours(first).size() + neighbours(second).size();
  for (const int region : around) {
    std::vector<int>& theirs = neighbours(region);
    std::erase_if(theirs, [&](int other) { return other == first || other == second; });
    theirs.push_back(joined);
  }
  neighbours(first) = {};
  neighbours(second) = {};
  neighbours_.push_back(std::move(around));
  return joined;
}

/// Keeps the heap within a constant of the pairs that are.
void Grouping::drop_stale() {
  std::erase_if(heap_, [&](const Candidate& candidate) { return is_stale(candidate); });
  std::make_heap(heap_.begin(), heap_.end());
}

std::vector<Merge> Grouping::run() {
  constexpr std::size_t few = 4096;
  std::vector<Merge> merges;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Candidate best = heap_.back();
    heap_.pop_back();
    if (is_stale(best)) continue;
    const int joined = join(best);
    merges.push_back({best.first, best.second, best.similarity, regions_.boxes[row(joined)]});
    for (const int region : neighbours(joined)) push(region, joined);
    if (heap_.size() > few + 4 * pairs_) drop_stale();
  }
  return merges;
}

}  // namespace

std::vector<Merge> group(RegionSet regions, const Measures& measures) {
  return Grouping(std::move(regions), measures).run();
}

}  // namespace roiflow
