/// One step of a radix select by the threads of one block: in which bin of a histogram the last of
/// the wanted elements lies, and how many lie in the bins before it.
///
/// Keys are taken 11 bits at a time from the top: 11 bits hold sign, exponent and two bits of the
/// mantissa of a score, so the first step already leaves few elements to choose from.
#pragma once

#include <cstdint>

#include "stages/kernels/host_device.hpp"
#include "stages/nms/ranking.hpp"

namespace roiflow {

struct RadixBins {
  static constexpr int bits = 11;
  static constexpr int bins = 1 << bits;
  static constexpr int groups = 64;  ///< bins are added up by groups first
  static constexpr int top_shift = 64 - bits;

  int histogram[bins];
  int sums[groups];
  int bin;     ///< out: where the last wanted element lies
  int before;  ///< out: elements in the bins before it
  int inside;  ///< out: elements in it
};

/// The bin of a key in the first step.
[[nodiscard]] constexpr int top_bin(RankingKey key) {
  return static_cast<int>(key >> static_cast<unsigned>(RadixBins::top_shift));
}

/// `wanted` is at least 1 and at most the sum of the histogram.
template <class Block>
ROIFLOW_HOST_DEVICE void find_bin(Block& block, RadixBins& radix, int wanted) {
  constexpr int group = RadixBins::bins / RadixBins::groups;
  block.each(RadixBins::groups, [&](int i) {
    int sum = 0;
    // Each thread begins at another place: their reads fall into different memory banks.
    for (int j = 0; j < group; ++j) sum += radix.histogram[i * group + (i + j) % group];
    radix.sums[i] = sum;
  });
  block.each(1, [&](int) {
    int before = 0, i = 0;
    while (before + radix.sums[i] < wanted) before += radix.sums[i++];
    int bin = i * group;
    while (before + radix.histogram[bin] < wanted) before += radix.histogram[bin++];
    radix.bin = bin;
    radix.before = before;
    radix.inside = radix.histogram[bin];
  });
}

}  // namespace roiflow
