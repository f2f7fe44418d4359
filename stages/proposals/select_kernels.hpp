/// The best anchors of every level (top_k.hpp says which) for many images at once: an exact radix
/// select on the ranking keys.
///
///   CountScores   a histogram of the keys' top bits. One block a tile of a level's anchors.
///   TakeBest      keys in better bins than the last wanted one's go to `chosen`; those in its bin
///                 as well if all of them are wanted, to `ties` otherwise. One block a tile.
///   take_ties     the rest of the wanted keys, out of `ties`, bits for bits. One block a level.
///
/// The keys differ, as each has its index in it, so this always ends with the wanted number. The
/// order in which they are noted depends on the threads: they are to be sorted.
#pragma once

#include <cstdint>

#include "stages/kernels/element.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/nms/ranking.hpp"
#include "stages/proposals/proposal_work.hpp"
#include "stages/proposals/radix_bins.hpp"

namespace roiflow {

/// A piece of one level of one image.
struct AnchorTile {
  int image, index;  ///< index of the level
  int begin, count;  ///< anchors

  ROIFLOW_HOST_DEVICE AnchorTile(const ProposalWork& work, int block)
      : image(block / work.tiles), index(0) {
    const int place = block % work.tiles;
    while (index + 1 < work.levels && place >= work.level[index + 1].first_tile) ++index;
    const auto& level = work.level[index];
    begin = (place - level.first_tile) * ProposalWork::tile;
    const int rest = level.anchor_count - begin;
    count = rest < ProposalWork::tile ? rest : ProposalWork::tile;
  }
  [[nodiscard]] ROIFLOW_HOST_DEVICE int segment(const ProposalWork& work) const {
    return image * work.levels + index;
  }
};

/// Key of anchor `anchor` of a level.
template <class T>
ROIFLOW_HOST_DEVICE RankingKey anchor_key(const ProposalWork::Level& level, const RpnMap<T>& map,
                                          int image, int anchor) {
  const std::int64_t pixel = std::int64_t{image} * level.cells + anchor / level.per_cell;
  const T logit = map.objectness[pixel * map.objectness_stride + anchor % level.per_cell];
  return ranking_key(Element<T>::to_float(logit), static_cast<std::uint32_t>(anchor));
}

template <class T>
struct CountScores {
  static constexpr int threads = 512;
  struct Shared {
    int histogram[RadixBins::bins];
  };
  ProposalWork work;
  RpnMaps<T> maps;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const AnchorTile tile(work, index);
    block.each(RadixBins::bins, [&](int i) { shared.histogram[i] = 0; });
    block.each(tile.count, [&](int i) {
      const RankingKey key =
          anchor_key(work.level[tile.index], maps.level[tile.index], tile.image, tile.begin + i);
      block.add(shared.histogram[top_bin(key)], 1);
    });
    int* const all = work.histogram + std::int64_t{tile.segment(work)} * RadixBins::bins;
    block.each(RadixBins::bins, [&](int i) {
      if (shared.histogram[i] > 0) block.add(all[i], shared.histogram[i]);
    });
  }
};

template <class T>
struct TakeBest {
  static constexpr int threads = 512;
  struct Shared {
    RadixBins radix;
    RankingKey keys[ProposalWork::tile];  ///< chosen ones from the front, ties from the back
    int chosen, ties, first_chosen, first_tie;
  };
  ProposalWork work;
  RpnMaps<T> maps;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const AnchorTile tile(work, index);
    const auto& level = work.level[tile.index];
    const int segment = tile.segment(work);
    const int* const histogram = work.histogram + std::int64_t{segment} * RadixBins::bins;
    block.each(RadixBins::bins, [&](int i) { shared.radix.histogram[i] = histogram[i]; });
    block.each(1, [&](int) { shared.chosen = shared.ties = 0; });
    find_bin(block, shared.radix, level.rows);
    const int bin = shared.radix.bin;
    const bool whole = shared.radix.before + shared.radix.inside == level.rows;
    block.each(tile.count, [&](int i) {
      const RankingKey key = anchor_key(level, maps.level[tile.index], tile.image, tile.begin + i);
      const int key_bin = top_bin(key);
      if (key_bin < bin || (whole && key_bin == bin)) {
        shared.keys[block.add(shared.chosen, 1)] = key;
      } else if (key_bin == bin) {
        shared.keys[ProposalWork::tile - 1 - block.add(shared.ties, 1)] = key;
      }
    });
    const int chosen = shared.chosen, ties = shared.ties;
    block.each(1, [&](int) {
      shared.first_chosen = block.add(work.taken[segment], chosen);
      shared.first_tie = block.add(work.tied[segment], ties);
    });
    RankingKey* const all_chosen =
        work.chosen + std::int64_t{tile.image} * work.rows + level.first_row + shared.first_chosen;
    RankingKey* const all_ties =
        work.ties + std::int64_t{tile.image} * work.anchors + level.first_anchor + shared.first_tie;
    block.each(chosen, [&](int i) { all_chosen[i] = shared.keys[i]; });
    block.each(ties, [&](int i) { all_ties[i] = shared.keys[ProposalWork::tile - 1 - i]; });
  }
};

/// Adds the best `wanted` of `count` keys that agree in their top bin to `chosen`, where `taken`
/// are already. `counter` is shared.
template <class Block>
ROIFLOW_HOST_DEVICE void take_ties(Block& block, RadixBins& radix, int& counter,
                                   const RankingKey* ties, int count, int wanted,
                                   RankingKey* chosen, int taken) {
  if (wanted == 0) return;
  int shift = RadixBins::top_shift;
  RankingKey known = ties[0] >> static_cast<unsigned>(shift);  // the bits above `shift`
  for (bool whole = false; !whole;) {
    const int width = shift < RadixBins::bits ? shift : RadixBins::bits;
    shift -= width;
    block.each(RadixBins::bins, [&](int i) { radix.histogram[i] = 0; });
    block.each(count, [&](int i) {
      const RankingKey bits = ties[i] >> static_cast<unsigned>(shift);
      if (bits >> static_cast<unsigned>(width) != known) return;
      block.add(radix.histogram[bits & ((RankingKey{1} << static_cast<unsigned>(width)) - 1)], 1);
    });
    find_bin(block, radix, wanted);
    known = known << static_cast<unsigned>(width) | static_cast<RankingKey>(radix.bin);
    wanted -= radix.before;
    whole = wanted == radix.inside;
  }
  block.each(1, [&](int) { counter = taken; });
  block.each(count, [&](int i) {
    if (ties[i] >> static_cast<unsigned>(shift) <= known) chosen[block.add(counter, 1)] = ties[i];
  });
}

}  // namespace roiflow
