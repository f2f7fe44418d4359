/// Bit j of row i of a segment's mask: box j > i overlaps box i too much. One block for 128 rows of
/// a segment; the upper triangle only.
#pragma once

#include <cstdint>

#include "stages/core/box.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/nms/nms_segments.hpp"
#include "stages/nms/overlap.hpp"

namespace roiflow {

struct MarkOverlaps {
  static constexpr int threads = 256;
  static constexpr int tile = 128;  ///< rows and columns
  struct Shared {
    float x0[tile], y0[tile], x1[tile], y1[tile], area[tile];
  };
  NmsSegments nms;

  [[nodiscard]] static constexpr int tiles(int rows) { return (rows + tile - 1) / tile; }

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const int row_tiles = tiles(nms.longest);
    const int segment = index / row_tiles, begin = index % row_tiles * tile;
    const int count = nms.count[segment];
    if (begin >= count) return;
    const std::int64_t first = nms.first_row(segment);
    const Box* const boxes = nms.boxes + first;
    std::uint32_t* const mask = nms.mask + first * nms.words();
    for (int column = begin; column < count; column += tile) {
      block.each(tile, [&](int i) {
        if (column + i >= count) return;
        const Box box = boxes[column + i];
        shared.x0[i] = box.x0;
        shared.y0[i] = box.y0;
        shared.x1[i] = box.x1;
        shared.y1[i] = box.y1;
        shared.area[i] = area(box);
      });
      // Neighbouring threads have neighbouring rows and compare them with the same box.
      block.each(tile * (tile / 32), [&](int i) {
        const int row = begin + i % tile, place = i / tile * 32;
        if (row >= count || column + place >= count) return;
        mask[std::int64_t{row} * nms.words() + (column + place) / 32] =
            word(shared, boxes[row], row - column - place, place, count - column);
      });
    }
  }

 private:
  /// Bits of the 32 columns from `place` on; those up to number `self` of them come before the row.
  ROIFLOW_HOST_DEVICE std::uint32_t word(const Shared& shared, const Box& box, int self, int place,
                                         int columns) const {
    const float box_area = area(box);
    const int end = columns - place < 32 ? columns - place : 32;
    std::uint32_t bits = 0;
    for (int bit = self < 0 ? 0 : self + 1; bit < end; ++bit) {
      const int j = place + bit;
      const Box other{shared.x0[j], shared.y0[j], shared.x1[j], shared.y1[j]};
      if (overlap(box, box_area, other, shared.area[j]) > nms.threshold) bits |= 1U << bit;
    }
    return bits;
  }
};

}  // namespace roiflow
