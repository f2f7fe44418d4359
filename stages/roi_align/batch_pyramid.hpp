/// The feature maps of a batch of images, and how regions are cut from them: what RoIAlign's kernel
/// is told once.
///
/// Example: const BatchLevel<float> levels[] = {{p2, 200, 272, 0.25F}, {p3, 100, 136, 0.125F}};
///          const BatchPyramid<float> maps = batch_pyramid<float>(levels, 256, params);
#pragma once

#include <cstdint>
#include <span>

#include "stages/roi_align/pyramid_level.hpp"
#include "stages/roi_align/roi_align.hpp"

namespace roiflow {

template <class T>
struct BatchLevel {
  const T* data = nullptr;  ///< [images, height, width, channels]
  int height = 0, width = 0;
  float scale = 1;  ///< feature pixels per image pixel, 1 / 2^level
};

template <class T>
struct BatchPyramid {
  BatchLevel<T> levels[LevelBorders::most_levels];
  LevelBorders borders;
  int channels = 0;
  RoiAlignParams params;
};

/// The borders between levels of these extents (and no data). Throws as RoiAlign, and
/// Error{internal} for no level, more than most_levels, or a map of 2^31 elements an image.
[[nodiscard]] LevelBorders borders_of(std::span<const BatchLevel<void>> levels, int channels,
                                      const RoiAlignParams& params);

/// Finest level first. Throws as borders_of.
template <class T>
[[nodiscard]] BatchPyramid<T> batch_pyramid(std::span<const BatchLevel<T>> levels, int channels,
                                            const RoiAlignParams& params) {
  BatchPyramid<T> pyramid;
  BatchLevel<void> extents[LevelBorders::most_levels + 1];
  std::size_t count = 0;
  for (const BatchLevel<T>& level : levels) {
    if (count < LevelBorders::most_levels) pyramid.levels[count] = level;
    if (count <= LevelBorders::most_levels) {
      extents[count++] = {nullptr, level.height, level.width, level.scale};
    }
  }
  pyramid.borders = borders_of(std::span<const BatchLevel<void>>(extents, count), channels, params);
  pyramid.channels = channels;
  pyramid.params = params;
  return pyramid;
}

}  // namespace roiflow
