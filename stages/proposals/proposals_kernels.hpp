/// Proposals of many images at once (proposals.hpp says which) in kernels that run on a GPU and,
/// for the tests, on the host: the same boxes in the same order.
///
///   select_kernels.hpp   the best anchors of every level
///   RankCandidates       sorts them by score and decodes them; those too small or below the score
///                        threshold are struck out. One block a level of an image.
///   nms_kernels.hpp      suppression, a segment a level; a level keeps at most post_nms_top_n, as
///                        no more of it can be among the best of all levels
///   MergeLevels          the levels are sorted, so a box's place among all of them is the number
///   of
///                        better ones in each, by binary search. One index a kept box or row of
///                        out.
///
/// The score orders the candidates, and of equal scores the logit, as proposals.cpp does by taking
/// the logits' order first and then a stable one by score: sigmoid rounds and need not be
/// monotonic.
///
/// Example: propose(HostRun(), work, maps, images)
#pragma once

#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/kernels/count_before.hpp"
#include "stages/kernels/element.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/kernels/sort_block.hpp"
#include "stages/nms/nms_kernels.hpp"
#include "stages/proposals/proposal_work.hpp"
#include "stages/proposals/select_kernels.hpp"
#include "stages/proposals/sigmoid.hpp"

namespace roiflow {

template <class T>
struct RankCandidates {
  static constexpr int threads = 512;
  static constexpr int sorted_here = 2048;  ///< more candidates are sorted where they lie
  struct Shared {
    RadixBins radix;
    int counter;
    RankingKey keys[sorted_here];
  };
  ProposalWork work;
  RpnMaps<T> maps;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int segment) const {
    const int image = segment / work.levels, index = segment % work.levels;
    const auto& level = work.level[index];
    RankingKey* const chosen = work.chosen + std::int64_t{image} * work.rows + level.first_row;
    const int taken = work.taken[segment];
    take_ties(block, shared.radix, shared.counter,
              work.ties + std::int64_t{image} * work.anchors + level.first_anchor,
              work.tied[segment], level.rows - taken, chosen, taken);
    sort(block, shared, chosen, level.rows);
    std::uint32_t* const removed = work.nms.removed + std::int64_t{segment} * work.nms.words();
    block.each(work.nms.words(), [&](int i) { removed[i] = 0; });
    block.each(level.rows, [&](int row) {
      const std::int64_t place = std::int64_t{image} * work.rows + level.first_row + row;
      const float score = sigmoid(ranked_score(chosen[row]));
      const Box box = decode(image, index, static_cast<int>(ranked_index(chosen[row])));
      work.boxes[place] = box;
      work.ranks[place] = score_rank(score);
      // Written so that NaN fails.
      if (!sides_reach(box, work.params.min_size) || !(score >= work.params.score_threshold)) {
        block.set_bits(removed[row / 32], 1U << (row % 32));
      }
    });
    block.each(1, [&](int) {
      work.first[segment] = level.first_row;
      work.count[segment] = level.rows;
    });
  }

 private:
  template <class Block>
  static ROIFLOW_HOST_DEVICE void sort(Block& block, Shared& shared, RankingKey* chosen, int rows) {
    const auto before = [](RankingKey a, RankingKey b) {
      const std::uint32_t rank_a = score_rank(sigmoid(ranked_score(a)));
      const std::uint32_t rank_b = score_rank(sigmoid(ranked_score(b)));
      return rank_a != rank_b ? rank_a < rank_b : a < b;
    };
    if (rows > sorted_here) return sort_in_block(block, chosen, rows, before);
    block.each(rows, [&](int i) { shared.keys[i] = chosen[i]; });
    sort_in_block(block, shared.keys, rows, before);
    block.each(rows, [&](int i) { chosen[i] = shared.keys[i]; });
  }

  ROIFLOW_HOST_DEVICE Box decode(int image, int index, int anchor) const {
    const ProposalWork::Level& level = work.level[index];
    const RpnMap<T>& map = maps.level[index];
    const std::int64_t pixel = std::int64_t{image} * level.cells + anchor / level.per_cell;
    const T* const from = map.deltas + pixel * map.deltas_stride + 4 * (anchor % level.per_cell);
    const float deltas[4] = {Element<T>::to_float(from[0]), Element<T>::to_float(from[1]),
                             Element<T>::to_float(from[2]), Element<T>::to_float(from[3])};
    const ImageGeometry& geometry = work.geometry[image];
    return clip(BoxCoder{}.decode(deltas, level.anchors[anchor]),
                static_cast<float>(geometry.resized_height),
                static_cast<float>(geometry.resized_width));
  }
};

struct MergeLevels {
  ProposalWork work;

  /// Indices of an image.
  [[nodiscard]] constexpr int width() const {
    const int kept = work.levels * work.nms.limit;
    return kept > work.params.post_nms_top_n ? kept : work.params.post_nms_top_n;
  }

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const int image = static_cast<int>(index / width()), place = static_cast<int>(index % width());
    if (place < work.levels * work.nms.limit)
      put(image, place / work.nms.limit, place % work.nms.limit);
    const int count = count_of(image);
    if (place == 0) work.out.counts[image] = count;
    if (place >= count && place < work.params.post_nms_top_n) set(image, place, Box{}, -1);
  }

 private:
  [[nodiscard]] ROIFLOW_HOST_DEVICE int count_of(int image) const {
    int kept = 0;
    for (int i = 0; i < work.levels; ++i) kept += work.nms.kept_count[image * work.levels + i];
    return kept < work.params.post_nms_top_n ? kept : work.params.post_nms_top_n;
  }

  ROIFLOW_HOST_DEVICE void set(int image, int place, const Box& box, int number) const {
    const std::int64_t row = std::int64_t{image} * work.params.post_nms_top_n + place;
    work.out.boxes[row] = box;
    work.out.images[row] = number;
  }

  /// Row of the scratch of what a level kept as number `i`.
  [[nodiscard]] ROIFLOW_HOST_DEVICE std::int64_t kept_row(int image, int level, int i) const {
    const std::int64_t segment = std::int64_t{image} * work.levels + level;
    return std::int64_t{image} * work.rows + work.level[level].first_row +
           work.nms.kept[segment * work.nms.limit + i];
  }

  ROIFLOW_HOST_DEVICE void put(int image, int level, int number) const {
    if (number >= work.nms.kept_count[image * work.levels + level]) return;
    const std::int64_t row = kept_row(image, level, number);
    const std::uint32_t rank = work.ranks[row];
    int place = number;
    for (int other = 0; other < work.levels; ++other) {
      if (other == level) continue;
      // Of equal scores those of lower levels come first.
      const std::uint32_t bound = other < level ? rank + 1 : rank;
      place += count_before(work.nms.kept_count[image * work.levels + other],
                            [&](int i) { return work.ranks[kept_row(image, other, i)] < bound; });
    }
    if (place < work.params.post_nms_top_n) set(image, place, work.boxes[row], image);
  }
};

/// All kernels, for `images` images.
template <class T, class Run>
void propose(const Run& run, const ProposalWork& work, const RpnMaps<T>& maps, int images) {
  const int segments = images * work.levels;
  // Three arrays: a batch may be smaller than what they were laid out for.
  run.zero(work.histogram, static_cast<std::size_t>(segments) * RadixBins::bins);
  run.zero(work.taken, static_cast<std::size_t>(segments));
  run.zero(work.tied, static_cast<std::size_t>(segments));
  run.blocks(CountScores<T>{work, maps}, images * work.tiles);
  run.blocks(TakeBest<T>{work, maps}, images * work.tiles);
  run.blocks(RankCandidates<T>{work, maps}, segments);
  suppress_overlaps(run, work.nms, images);
  const MergeLevels merge{work};
  run.each(merge, std::int64_t{images} * merge.width());
}

}  // namespace roiflow
