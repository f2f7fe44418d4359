/// Masks for comparing many of them: the rising ends of their runs, side by side in one array.
///
/// ends[i] is the number of pixels (column-major) before run i + 1: runs {2, 1, 1, 2} have the ends
/// {2, 3, 4, 6}, and their foreground is the pixels 2 and 4 .. 5, from an even end to the next.
/// Overlaps are found by walking two such rows; nothing is decoded to pixels and nothing allocated.
///
/// Example: MaskArena arena; const auto a = arena.add_text("2111", 2, 3); arena.area(a) == 3.
/// Everything is equal to rle.hpp and mask_iou.hpp to the last bit, and throws the same errors.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

/// One mask of an arena.
struct MaskEnds {
  std::size_t begin = 0;    ///< of its ends in the arena
  std::uint32_t count = 0;  ///< of runs
  std::uint32_t area = 0;   ///< foreground pixels
  int height = 0, width = 0;
  std::array<double, 4> box{};  ///< x y width height, once measured
};

class MaskArena {
 public:
  void clear() { ends_.clear(); }

  /// Compressed counts; throws as from_text().
  MaskEnds add_text(std::string_view counts, int height, int width);
  /// Run lengths; throws as check().
  MaskEnds add_runs(std::span<const std::uint32_t> runs, int height, int width);

  /// Sets `box` to bounding_box() of the mask.
  void measure(MaskEnds& mask) const;

  /// mask_iou() of two measured masks.
  [[nodiscard]] double iou(const MaskEnds& detection, const MaskEnds& ground_truth,
                           bool crowd) const;

  [[nodiscard]] std::span<const std::uint32_t> ends(const MaskEnds& mask) const {
    return std::span(ends_).subspan(mask.begin, mask.count);
  }

 private:
  [[nodiscard]] std::uint32_t common(const MaskEnds& a, const MaskEnds& b) const;

  std::vector<std::uint32_t> ends_;
};

}  // namespace roiflow
