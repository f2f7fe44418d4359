/// What label maps and score rows share: mixing two runs of scores by a tap. Private to this room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "stages/label_map/score_taps.hpp"

namespace roiflow {

/// out[i] = first_weight * first[i] + second_weight * second[i]
inline void mix_scores(float* out, const float* first, const float* second, const Tap& tap,
                       std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = mix(tap, first[i], second[i]);
  }
}

/// Whether every tap lies within `size` scores.
[[nodiscard]] inline bool taps_inside(std::span<const Tap> taps, std::int64_t size) {
  return std::ranges::all_of(taps, [&](const Tap& tap) {
    return tap.first >= 0 && tap.first < size && tap.second >= 0 && tap.second < size;
  });
}

}  // namespace roiflow
