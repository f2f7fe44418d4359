/// Sorting by the threads of one block (host_block.hpp): Batcher's bitonic network in the form in
/// which every comparison puts the smaller element at the lower place. What lies behind `count`
/// would be larger than everything and never moves, so any count will do.
///
/// Example: sort_in_block(block, keys, count, [](auto a, auto b) { return a < b; });
#pragma once

#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// Ascending by `before`, a strict order; not stable. `keys` lie in shared or global memory.
template <class Block, class Key, class Before>
ROIFLOW_HOST_DEVICE void sort_in_block(Block& block, Key* keys, int count, const Before& before) {
  const auto order = [&](int low, int high) {
    if (high >= count || !before(keys[high], keys[low])) return;
    const Key key = keys[low];
    keys[low] = keys[high];
    keys[high] = key;
  };
  int pairs = 1;
  while (2 * pairs < count) pairs *= 2;
  // Two sorted runs of `half` become one: first each with its mirror image, then at ever smaller
  // distances. All the lengths are powers of two.
  for (int half = 1; half < count; half *= 2) {
    block.each(pairs, [&](int pair) {
      const int place = pair & (half - 1);
      const int begin = 2 * (pair - place);
      order(begin + place, begin + 2 * half - 1 - place);
    });
    for (int distance = half / 2; distance > 0; distance /= 2) {
      block.each(pairs, [&](int pair) {
        const int place = pair & (distance - 1);
        const int low = 2 * (pair - place) + place;
        order(low, low + distance);
      });
    }
  }
}

}  // namespace roiflow
