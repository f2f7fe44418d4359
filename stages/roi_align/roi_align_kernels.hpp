/// RoIAlign as a kernel (kernels/host_block.hpp): roi_align.hpp for the regions of a batch of
/// images, on maps of T; the same order of operations in float32, so with T = float equal to the
/// CPU to the last bit.
///
///   levels    finest first, [images, height, width, channels] of T
///   boxes     [regions] in pixels of the resized image
///   images    [regions] index of the region's image; -1: not in use, gives zeros
///   out       [regions, bins, bins, channels] of T, written completely
///
/// A block makes one row of bins of one region: where its samples lie is worked out once, for all
/// channels. A thread makes `pack` channels of a bin.
///
/// Example: run_blocks(AlignRegions<float, 8>{maps, boxes, images, out}, regions * bins);
#pragma once

#include <algorithm>
#include <cstdint>

#include "stages/core/box.hpp"
#include "stages/kernels/pack.hpp"
#include "stages/roi_align/batch_pyramid.hpp"
#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {

/// A sample along one axis in elements of the map; low = -1: outside.
struct SampleOffsets {
  int low = -1, high = -1;
  float low_weight = 0, high_weight = 0;
};

ROIFLOW_HOST_DEVICE inline SampleOffsets sample_offsets(const AxisSpan& span, int bin, int i,
                                                        int extent, int stride) {
  const AxisSample s = sample_of_bin(span, bin, i, extent);
  if (!s.inside) return {};
  return {static_cast<int>(s.low) * stride, static_cast<int>(s.high) * stride, s.low_weight,
          s.high_weight};
}

template <class T, int pack>
struct AlignRegions {
  static constexpr int threads = 256;
  /// Enough for 9 samples along each of 14 bins; where there are more, every thread works them out.
  static constexpr int most_x = 128, most_y = 32;
  struct Shared {
    SampleOffsets x[most_x], y[most_y];
  };
  BatchPyramid<T> maps;
  const Box* boxes = nullptr;
  const int* images = nullptr;
  T* out = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const int bins = maps.params.bins, packs = maps.channels / pack;
    const int region = index / bins, row = index % bins;
    T* out_row = out + static_cast<std::int64_t>(index) * bins * maps.channels;
    const Box box = boxes[region];
    const int image = images[region];
    const int chosen = image >= 0 && finite(box) ? maps.borders.index_of(box) : -1;
    if (chosen < 0) {
      block.each(bins * packs, [&](int i) { store_pack(out_row + i * pack, Floats<pack>{}); });
      return;
    }
    const BatchLevel<T>& level = maps.levels[chosen];
    const Samples samples{shared,
                          axis_span(box.x0, box.x1, level.scale, maps.params),
                          axis_span(box.y0, box.y1, level.scale, maps.params),
                          level.width,
                          level.height,
                          maps.channels,
                          row};
    const int all_x = bins * samples.span_x.per_bin, all_y = samples.span_y.per_bin;
    const bool known = all_x <= most_x && all_y <= most_y;
    block.each(known ? all_x + all_y : 0, [&](int i) {
      if (i < all_x) {
        shared.x[i] = samples.make_x(i);
      } else {
        shared.y[i - all_x] = samples.make_y(i - all_x);
      }
    });
    const T* map =
        level.data + static_cast<std::int64_t>(image) * level.height * level.width * maps.channels;
    block.each(bins * packs, [&](int i) {
      const int column = i / packs, channel = i % packs * pack;
      store_pack(out_row + i * pack, known ? mean<true>(samples, column, map + channel)
                                           : mean<false>(samples, column, map + channel));
    });
  }

 private:
  /// The samples of a row of bins: known ones are in shared memory.
  struct Samples {
    const Shared& shared;
    AxisSpan span_x, span_y;
    int width, height, channels, row;

    ROIFLOW_HOST_DEVICE SampleOffsets make_x(int i) const {
      return sample_offsets(span_x, i / span_x.per_bin, i % span_x.per_bin, width, channels);
    }
    ROIFLOW_HOST_DEVICE SampleOffsets make_y(int i) const {
      return sample_offsets(span_y, row, i, height, width * channels);
    }
    template <bool known>
    ROIFLOW_HOST_DEVICE SampleOffsets x(int i) const {
      if constexpr (known) return shared.x[i];
      return make_x(i);
    }
    template <bool known>
    ROIFLOW_HOST_DEVICE SampleOffsets y(int i) const {
      if constexpr (known) return shared.y[i];
      return make_y(i);
    }
  };

  /// sum += a bilinear sample.
  static ROIFLOW_HOST_DEVICE void add(Floats<pack>& sum, const T* map, const SampleOffsets& y,
                                      const SampleOffsets& x) {
    const float w0 = y.low_weight * x.low_weight, w1 = y.low_weight * x.high_weight;
    const float w2 = y.high_weight * x.low_weight, w3 = y.high_weight * x.high_weight;
    const Floats<pack> p0 = load_pack<pack>(map + y.low + x.low);
    const Floats<pack> p1 = load_pack<pack>(map + y.low + x.high);
    const Floats<pack> p2 = load_pack<pack>(map + y.high + x.low);
    const Floats<pack> p3 = load_pack<pack>(map + y.high + x.high);
    for (int c = 0; c < pack; ++c) {
      sum.values[c] +=
          w0 * p0.values[c] + w1 * p1.values[c] + w2 * p2.values[c] + w3 * p3.values[c];
    }
  }

  static ROIFLOW_HOST_DEVICE Floats<pack> filled(float value) {
    Floats<pack> pack_of_one;
    for (int c = 0; c < pack; ++c) pack_of_one.values[c] = value;
    return pack_of_one;
  }

  /// The mean of a bin's samples.
  template <bool known>
  static ROIFLOW_HOST_DEVICE Floats<pack> mean(const Samples& samples, int column, const T* map) {
    const int rows = samples.span_y.per_bin, columns = samples.span_x.per_bin;
    if (rows == 2 && columns == 2) {
      const SampleOffsets y0 = samples.template y<known>(0), y1 = samples.template y<known>(1);
      const SampleOffsets x0 = samples.template x<known>(2 * column),
                          x1 = samples.template x<known>(2 * column + 1);
      if (y0.low >= 0 && y1.low >= 0 && x0.low >= 0 && x1.low >= 0) {
        Floats<pack> sum = filled(-0.0F);  // the one number to which every other can be added
        add(sum, map, y0, x0);
        add(sum, map, y0, x1);
        add(sum, map, y1, x0);
        add(sum, map, y1, x1);
        for (float& value : sum.values) value *= 0.25F;
        return sum;
      }
    }
    Floats<pack> sum = filled(0);
    for (int i = 0; i < rows; ++i) {
      const SampleOffsets y = samples.template y<known>(i);
      if (y.low < 0) continue;
      for (int j = column * columns; j < (column + 1) * columns; ++j) {
        const SampleOffsets x = samples.template x<known>(j);
        if (x.low >= 0) add(sum, map, y, x);
      }
    }
    const auto count =
        static_cast<float>(std::max<std::int64_t>(static_cast<std::int64_t>(rows) * columns, 1));
    for (float& value : sum.values) value /= count;
    return sum;
  }
};

/// All regions, by packs where channels and addresses allow it.
template <class T, class Run>
void align_regions(const Run& run, T* out, const BatchPyramid<T>& maps, const Box* boxes,
                   const int* images, int regions) {
  bool by_packs = fits_packs(out, maps.channels);
  for (int i = 0; i < maps.borders.levels; ++i) {
    by_packs = by_packs && fits_packs(maps.levels[i].data, maps.channels);
  }
  const int blocks = regions * maps.params.bins;
  if (by_packs) {
    run.blocks(AlignRegions<T, pack_size>{maps, boxes, images, out}, blocks);
  } else {
    run.blocks(AlignRegions<T, 1>{maps, boxes, images, out}, blocks);
  }
}

}  // namespace roiflow
