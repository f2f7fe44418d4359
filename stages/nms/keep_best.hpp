/// Goes through a segment's rows 32 at a time: one thread settles the 32 by the mask's words on the
/// diagonal, then all threads strike out what the kept ones overlap. One block a segment.
#pragma once

#include <bit>
#include <cstdint>

#include "stages/kernels/host_device.hpp"
#include "stages/nms/nms_segments.hpp"

namespace roiflow {

struct KeepBest {
  static constexpr int threads = 256;
  struct Shared {
    std::uint32_t removed[NmsSegments::most_rows / 32];
    std::uint32_t diagonal[32];
    std::uint32_t kept;  ///< of the 32 rows at hand
    int before, total;   ///< rows kept before these 32, and with them
  };
  NmsSegments nms;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int segment) const {
    const int count = nms.count[segment], words = (count + 31) / 32;
    const std::uint32_t* const mask =
        count > 0 ? nms.mask + nms.first_row(segment) * nms.words() : nullptr;
    int* const kept = nms.kept + std::int64_t{segment} * nms.limit;
    block.each(words + 1, [&](int i) {
      if (i == words) {
        shared.total = 0;
      } else {
        shared.removed[i] = nms.removed[std::int64_t{segment} * nms.words() + i];
      }
    });
    block.each(32, [&](int i) { load_diagonal(shared, mask, count, 0, i); });
    int total = 0;
    for (int chunk = 0; chunk < words && total < nms.limit; ++chunk) {
      block.each(1, [&](int) { settle(shared, count - 32 * chunk, chunk); });
      total = shared.total;
      const int rest = words - chunk - 1;
      block.each(32 + 32 + parts * rest, [&](int i) {
        if (i < 32) return load_diagonal(shared, mask, count, chunk + 1, i);
        if (i < 64) return note_kept(shared, kept, chunk, i - 32);
        const int part = (i - 64) / rest;
        strike_out(block, shared, mask, chunk, chunk + 1 + (i - 64) % rest, part);
      });
    }
    block.each(1, [&](int) { nms.kept_count[segment] = total < nms.limit ? total : nms.limit; });
  }

 private:
  /// So many threads share the kept rows of a chunk among them, for each word of the mask.
  static constexpr int parts = 8;

  ROIFLOW_HOST_DEVICE void load_diagonal(Shared& shared, const std::uint32_t* mask, int count,
                                         int chunk, int i) const {
    const int row = 32 * chunk + i;
    shared.diagonal[i] = row < count ? mask[std::int64_t{row} * nms.words() + chunk] : 0;
  }

  static ROIFLOW_HOST_DEVICE void settle(Shared& shared, int rows, int chunk) {
    std::uint32_t removed = shared.removed[chunk];
    if (rows < 32) removed |= ~0U << rows;
    for (int bit = 0; bit < 32; ++bit) {
      if ((removed >> bit & 1U) == 0) removed |= shared.diagonal[bit];
    }
    shared.kept = ~removed;
    shared.before = shared.total;
    shared.total += std::popcount(~removed);
  }

  ROIFLOW_HOST_DEVICE void note_kept(const Shared& shared, int* kept, int chunk, int bit) const {
    if ((shared.kept >> bit & 1U) == 0) return;
    const int place = shared.before + std::popcount(shared.kept & ((1U << bit) - 1U));
    if (place < nms.limit) kept[place] = 32 * chunk + bit;
  }

  template <class Block>
  ROIFLOW_HOST_DEVICE void strike_out(Block& block, Shared& shared, const std::uint32_t* mask,
                                      int chunk, int word, int part) const {
    std::uint32_t bits = 0;
    for (int bit = part; bit < 32; bit += parts) {
      if ((shared.kept >> bit & 1U) != 0) {
        bits |= mask[std::int64_t{32 * chunk + bit} * nms.words() + word];
      }
    }
    if (bits != 0) block.set_bits(shared.removed[word], bits);
  }
};

}  // namespace roiflow
