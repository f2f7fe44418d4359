#include "stages/roi_align/pyramid_level.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "stages/core/error.hpp"

namespace roiflow {

int PyramidLevels::index_of(const Box& box) const {
  return index_of_size(std::sqrt(area(box)));
}

int PyramidLevels::index_of_size(float size) const {
  const float level =
      std::floor((static_cast<float>(canonical_level) + std::log2(size / canonical_size)) + 1e-6F);
  if (std::isnan(level)) return -1;
  const float limited = std::clamp(level, static_cast<float>(lowest), static_cast<float>(highest));
  return static_cast<int>(limited) - lowest;
}

LevelBorders level_borders(const PyramidLevels& pyramid) {
  LevelBorders borders;
  borders.levels = pyramid.highest - pyramid.lowest + 1;
  require(borders.levels >= 1 && borders.levels <= LevelBorders::most_levels, ErrorCode::internal,
          "roi_align: kernels know 1 to {} levels, found {}", LevelBorders::most_levels,
          borders.levels);
  // The bits of floats that are not negative are in the order of their values: halve the interval.
  const auto level_at = [&](std::uint32_t bits) {
    return pyramid.index_of_size(std::bit_cast<float>(bits));
  };
  for (int level = 1; level < borders.levels; ++level) {
    std::uint32_t below = 0;
    auto reached = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::infinity());
    while (below < reached) {
      const std::uint32_t middle = below + (reached - below) / 2;
      if (level_at(middle) < level) {
        below = middle + 1;
      } else {
        reached = middle;
      }
    }
    borders.smallest[level] = std::bit_cast<float>(reached);
  }
  return borders;
}

PyramidLevels pyramid_levels(std::span<const FeatureLevel> levels, const RoiAlignParams& params) {
  PyramidLevels found;
  found.canonical_size = params.canonical_size;
  found.canonical_level = params.canonical_level;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const float scale = levels[i].scale;
    require(scale > 0.0F && scale <= 1.0F, ErrorCode::bad_data,
            "roi_align: level {}: scale must be in (0, 1], found {}", i, scale);
    const int level = -static_cast<int>(std::lround(std::log2(scale)));
    require(std::ldexp(1.0F, -level) == scale, ErrorCode::bad_data,
            "roi_align: level {}: scale must be a power of two, found {}", i, scale);
    if (i == 0) found.lowest = level;
    require(level == found.lowest + static_cast<int>(i), ErrorCode::bad_data,
            "roi_align: level {}: expected scale {} (half of the level before), found {}", i,
            std::ldexp(1.0F, -found.lowest - static_cast<int>(i)), scale);
    found.highest = level;
  }
  return found;
}

float infer_scale(int feature_height, int resized_height) {
  require(feature_height > 0 && resized_height > 0, ErrorCode::bad_data,
          "roi_align: no scale between {} rows of features and {} rows of the image",
          feature_height, resized_height);
  const auto ratio =
      static_cast<float>(static_cast<double>(feature_height) / static_cast<double>(resized_height));
  return std::ldexp(1.0F, static_cast<int>(std::nearbyint(std::log2(ratio))));
}

}  // namespace roiflow
