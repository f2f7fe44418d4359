/// RoI max pooling as a kernel (kernels/host_block.hpp): roi_pool.hpp for the regions of a batch of
/// images, on a map of T. With T = float equal to the CPU to the last bit; with a 16-bit T a bin of
/// nothing but NaN is minus infinity, which the lowest float rounds to.
///
///   data      [images, height, width, channels] of T
///   boxes     [regions] in pixels of the resized image
///   images    [regions] index of the region's image; -1: not in use, gives zeros
///   out       [regions, bins, bins, channels] of T, written completely
///
/// Example: PoolRegions<float, 8> pool{map, bins, boxes, images, out};  run_each(pool,
/// pool.count(regions));
#pragma once

#include <cstdint>
#include <limits>

#include "stages/core/box.hpp"
#include "stages/kernels/pack.hpp"
#include "stages/roi_pool/axis_range.hpp"

namespace roiflow {

template <class T>
struct BatchMap {
  const T* data = nullptr;  ///< [images, height, width, channels]
  int height = 0, width = 0, channels = 0;
  float scale = 1;  ///< feature pixels per image pixel
};

/// An index is a pack of channels of a bin.
template <class T, int pack>
struct PoolRegions {
  BatchMap<T> map;
  int bins = 7;
  const Box* boxes = nullptr;
  const int* images = nullptr;
  T* out = nullptr;

  [[nodiscard]] std::int64_t count(int regions) const {
    return std::int64_t{regions} * bins * bins * (map.channels / pack);
  }

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const int packs = map.channels / pack;
    const std::int64_t bin = index / packs;
    const int channel = static_cast<int>(index % packs) * pack;
    const auto region = static_cast<int>(bin / (bins * bins));
    const auto in_region = static_cast<int>(bin % (bins * bins));
    const Box box = boxes[region];
    const int image = images[region];
    Floats<pack> result{};
    if (image >= 0 && finite(box)) {
      const AxisRange::Bin rows =
          axis_range(box.y0, box.y1, map.scale, bins, map.height).bin(in_region / bins);
      const AxisRange::Bin columns =
          axis_range(box.x0, box.x1, map.scale, bins, map.width).bin(in_region % bins);
      const std::int64_t pixels = static_cast<std::int64_t>(map.height) * map.width;
      largest(result, map.data + image * pixels * map.channels + channel, rows, columns);
    }
    store_pack(out + index * pack, result);
  }

 private:
  /// result = the largest of the bin's pixels; left alone if there are none.
  ROIFLOW_HOST_DEVICE void largest(Floats<pack>& result, const T* image, const AxisRange::Bin& rows,
                                   const AxisRange::Bin& columns) const {
    if (rows.begin >= rows.end || columns.begin >= columns.end) return;
    for (float& value : result.values) value = std::numeric_limits<float>::lowest();
    for (std::int64_t y = rows.begin; y < rows.end; ++y) {
      for (std::int64_t x = columns.begin; x < columns.end; ++x) {
        const Floats<pack> pixel = load_pack<pack>(image + (y * map.width + x) * map.channels);
        for (int c = 0; c < pack; ++c) {
          result.values[c] =
              pixel.values[c] > result.values[c] ? pixel.values[c] : result.values[c];
        }
      }
    }
  }
};

/// All regions, by packs where channels and addresses allow it.
template <class T, class Run>
void pool_regions(const Run& run, T* out, const BatchMap<T>& map, int bins, const Box* boxes,
                  const int* images, int regions) {
  const auto launch = [&](const auto& pool) { run.each(pool, pool.count(regions)); };
  if (fits_packs(map.data, map.channels) && fits_packs(out, map.channels)) {
    launch(PoolRegions<T, pack_size>{map, bins, boxes, images, out});
  } else {
    launch(PoolRegions<T, 1>{map, bins, boxes, images, out});
  }
}

}  // namespace roiflow
