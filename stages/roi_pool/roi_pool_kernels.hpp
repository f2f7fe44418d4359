/// RoI max pooling as a kernel (kernels/host_block.hpp): roi_pool.hpp for the regions of a batch of
/// images, on a map of T. With T = float equal to the CPU to the last bit; with a 16-bit T a bin of
/// nothing but NaN is minus infinity, which the lowest float rounds to.
///
///   data      [images, height, width, channels] of T
///   boxes     [regions] in pixels of the resized image
///   images    [regions] index of the region's image; -1: not in use, gives zeros
///   out       [regions, bins, bins, channels] of T, written completely
///
/// Example: pool_regions(HostRun(), out, map, 7, boxes, images, regions);
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

/// A block makes one row of bins of one region; a thread makes `pack` channels of a bin.
template <class T, int pack>
struct PoolRegions {
  static constexpr int threads = 256;
  struct Shared {};
  BatchMap<T> map;
  int bins = 7;
  const Box* boxes = nullptr;
  const int* images = nullptr;
  T* out = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared&, int index) const {
    const int packs = map.channels / pack;
    const int region = index / bins;
    T* out_row = out + static_cast<std::int64_t>(index) * bins * map.channels;
    const Box box = boxes[region];
    const int image = images[region];
    if (image < 0 || !finite(box)) {
      block.each(bins * packs, [&](int i) { store_pack(out_row + i * pack, Floats<pack>{}); });
      return;
    }
    const AxisRange::Bin rows =
        axis_range(box.y0, box.y1, map.scale, bins, map.height).bin(index % bins);
    const AxisRange columns = axis_range(box.x0, box.x1, map.scale, bins, map.width);
    const std::int64_t pixels = static_cast<std::int64_t>(map.height) * map.width;
    const T* of_image = map.data + image * pixels * map.channels;
    block.each(bins * packs, [&](int i) {
      const int column = i / packs, channel = i % packs * pack;
      store_pack(out_row + i * pack, largest(of_image + channel, rows, columns.bin(column)));
    });
  }

 private:
  /// The largest of a bin's pixels; 0 if there are none.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Floats<pack> largest(const T* image, const AxisRange::Bin& rows,
                                                         const AxisRange::Bin& columns) const {
    Floats<pack> result{};
    if (rows.begin >= rows.end || columns.begin >= columns.end) return result;
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
    return result;
  }
};

/// All regions, by packs where channels and addresses allow it.
template <class T, class Run>
void pool_regions(const Run& run, T* out, const BatchMap<T>& map, int bins, const Box* boxes,
                  const int* images, int regions) {
  if (fits_packs(map.data, map.channels) && fits_packs(out, map.channels)) {
    run.blocks(PoolRegions<T, pack_size>{map, bins, boxes, images, out}, regions * bins);
  } else {
    run.blocks(PoolRegions<T, 1>{map, bins, boxes, images, out}, regions * bins);
  }
}

}  // namespace roiflow
