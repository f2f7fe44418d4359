/// Where in one block of memory each buffer of a plan lies: buffers that are never alive together
/// may overlap. Greedy by size with best fit (Pisarchyk and Lee, "Efficient Memory Management for
/// Deep Neural Net Inference", 2020).
///
/// Example: three buffers of 64 bytes alive during steps 0-1, 1-2 and 2-3 need 128 bytes.
#pragma once

#include <cstddef>
#include <vector>

namespace roiflow {

struct BufferLife {
  std::size_t bytes = 0;
  int first = 0;  ///< first step that uses it
  int last = 0;   ///< last step that uses it
};

struct ArenaLayout {
  std::vector<std::size_t> offsets;  ///< of each buffer, multiples of `arena_alignment`
  std::size_t bytes = 0;
};

inline constexpr std::size_t arena_alignment = 64;

ArenaLayout plan_arena(const std::vector<BufferLife>& buffers);

}  // namespace roiflow
