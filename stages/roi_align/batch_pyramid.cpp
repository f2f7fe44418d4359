#include "stages/roi_align/batch_pyramid.hpp"

#include <vector>

#include "stages/core/error.hpp"

namespace roiflow {

LevelBorders borders_of(std::span<const BatchLevel<void>> levels, int channels,
                        const RoiAlignParams& params) {
  static_cast<void>(RoiAlign(params));  // throws for parameters that make no sense
  require(!levels.empty() && levels.size() <= LevelBorders::most_levels, ErrorCode::internal,
          "roi_align: kernels know 1 to {} levels, found {}", LevelBorders::most_levels,
          levels.size());
  std::vector<FeatureLevel> scales;
  for (const BatchLevel<void>& level : levels) {
    const std::int64_t elements = std::int64_t{level.height} * level.width * channels;
    require(
        level.height > 0 && level.width > 0 && channels > 0 && elements < (std::int64_t{1} << 31),
        ErrorCode::internal,
        "roi_align: level {} has {} x {} x {} elements, expected 1 to 2^31 - 1", scales.size(),
        level.height, level.width, channels);
    scales.push_back({{}, level.scale});
  }
  // A single level takes every region, whatever its scale.
  return levels.size() > 1 ? level_borders(pyramid_levels(scales, params)) : LevelBorders{};
}

}  // namespace roiflow
