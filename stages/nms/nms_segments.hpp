/// What the kernels of nms_kernels.hpp work on; the memory is that of the device that runs them.
#pragma once

#include <cstdint>

#include "stages/core/box.hpp"
#include "stages/kernels/scratch_layout.hpp"

namespace roiflow {

struct NmsSegments {
  /// Longest segment that KeepBest can take.
  static constexpr int most_rows = 16384;

  int segments = 0;     ///< of a group
  int rows = 0;         ///< of a group, all segments together, at most
  int longest = 0;      ///< rows of one segment at most, <= most_rows
  int limit = 0;        ///< kept of a segment at most
  float threshold = 0;  ///< float_threshold(iou_threshold)

  const Box* boxes = nullptr;  ///< [groups][rows]
  const int* first = nullptr;  ///< [groups][segments] row of the group; of empty ones anything
  const int* count = nullptr;  ///< [groups][segments]
  std::uint32_t* removed = nullptr;  ///< [groups][segments][words()] in
  std::uint32_t* mask = nullptr;     ///< [groups][rows][words()] scratch
  int* kept = nullptr;        ///< [groups][segments][limit] out: rows of the segment, best first
  int* kept_count = nullptr;  ///< [groups][segments] out

  /// Words of a row of the mask.
  [[nodiscard]] constexpr int words() const { return (longest + 31) / 32; }

  /// What the kernels need besides boxes, first and count.
  void lay_out(ScratchLayout& scratch, int groups) {
    const std::int64_t all = std::int64_t{groups} * segments;
    removed = scratch.take<std::uint32_t>(all * words());
    mask = scratch.take<std::uint32_t>(std::int64_t{groups} * rows * words());
    kept = scratch.take<int>(all * limit);
    kept_count = scratch.take<int>(all);
  }
  /// Where the boxes and the mask's rows of segment `segment` of all groups begin.
  [[nodiscard]] constexpr std::int64_t first_row(int segment) const {
    return std::int64_t{segment / segments} * rows + first[segment];
  }
};

}  // namespace roiflow
