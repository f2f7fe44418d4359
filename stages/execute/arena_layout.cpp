#include "stages/execute/arena_layout.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace roiflow {

namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

struct Placed {
  std::size_t begin;
  std::size_t end;
};

/// The start of the smallest gap between `taken` (sorted by begin) that holds `bytes`, or the end.
std::size_t best_gap(const std::vector<Placed>& taken, std::size_t bytes) {
  std::size_t best = 0;
  std::size_t best_room = std::numeric_limits<std::size_t>::max();
  std::size_t reached = 0;
  for (const Placed& block : taken) {
    const std::size_t room = block.begin > reached ? block.begin - reached : 0;
    if (room >= bytes && room < best_room) {
      best = reached;
      best_room = room;
    }
    reached = std::max(reached, block.end);
  }
  return best_room == std::numeric_limits<std::size_t>::max() ? reached : best;
}

}  // namespace

ArenaLayout plan_arena(const std::vector<BufferLife>& buffers) {
  std::vector<std::size_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
    return buffers[a].bytes > buffers[b].bytes;
  });
  ArenaLayout layout{std::vector<std::size_t>(buffers.size()), 0};
  std::vector<std::size_t> done;
  for (const std::size_t i : by_size) {
    std::vector<Placed> taken;
    for (const std::size_t other : done) {
      const bool together =
          buffers[i].first <= buffers[other].last && buffers[other].first <= buffers[i].last;
      if (together) {
        taken.push_back(
            {layout.offsets[other], layout.offsets[other] + aligned(buffers[other].bytes)});
      }
    }
    std::sort(taken.begin(), taken.end(),
              [](const Placed& a, const Placed& b) { return a.begin < b.begin; });
    layout.offsets[i] = best_gap(taken, aligned(buffers[i].bytes));
    layout.bytes = std::max(layout.bytes, layout.offsets[i] + buffers[i].bytes);
    done.push_back(i);
  }
  return layout;
}

}  // namespace roiflow
