/// Which pyramid level a region is cut from, and what the scale of a level is.
///
/// level = floor(4 + log2(sqrt(area) / 224) + 1e-6), limited to the levels that exist: a region of
/// 224 x 224 pixels goes to level 4 (scale 1/16), one of half the size to level 3.
/// Source: Lin et al., Feature Pyramid Networks, equation 1; torchvision.ops.poolers.LevelMapper.
/// Example: levels 2 .. 5; a box of 112 x 112: 3; of 10 x 10: 2; of 2000 x 2000: 5.
#pragma once

#include <cmath>
#include <span>

#include "stages/core/box.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/roi_align/roi_align.hpp"

namespace roiflow {

struct PyramidLevels {
  int lowest = 2, highest = 5;  ///< scale 1 / 2^lowest is the finest
  float canonical_size = 224;
  int canonical_level = 4;

  /// Index into the list of levels, 0 = lowest; -1 for a box whose area is NaN.
  [[nodiscard]] int index_of(const Box& box) const;
  /// The same for a box of that size, the square root of its area.
  [[nodiscard]] int index_of_size(float size) const;
};

/// The same for kernels: comparisons only, since logarithms of a GPU are rounded differently.
struct LevelBorders {
  static constexpr int most_levels = 8;
  int levels = 1;
  /// smallest[i]: the smallest size (square root of the area) of level i of the list; not of 0.
  float smallest[most_levels]{};

  /// Equal to PyramidLevels::index_of; a single level takes every box.
  [[nodiscard]] ROIFLOW_HOST_DEVICE int index_of(const Box& box) const {
    if (levels == 1) return 0;
    const float size = std::sqrt(area(box));
    if (!(size >= 0)) return -1;
    int index = 0;
    for (int i = 1; i < most_levels; ++i) index += i < levels && size >= smallest[i] ? 1 : 0;
    return index;
  }
};

/// Throws Error{internal} for more than most_levels.
[[nodiscard]] LevelBorders level_borders(const PyramidLevels& pyramid);

/// The lowest and highest level of a list of scales; throws Error{bad_data} if a scale is not a
/// power of two or the levels are not consecutive.
PyramidLevels pyramid_levels(std::span<const FeatureLevel> levels, const RoiAlignParams& params);

/// The power of two nearest to feature_height / resized_height, as torchvision infers it (from the
/// resized, not the padded image). Example: 200 rows of features, 800 of the image: 1/4.
[[nodiscard]] float infer_scale(int feature_height, int resized_height);

}  // namespace roiflow
