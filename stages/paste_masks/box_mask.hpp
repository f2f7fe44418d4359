/// The part of an image-sized mask in which pixels may be set, one bit a pixel, column by column:
/// what a GPU hands back for a detection, some thousand times smaller than the image.
///
/// Pixel (row, column) of the part is bit row % 32 of word column * words_per_column + row / 32;
/// bits beyond the last row are 0.
///
/// Example: a part of 40 x 2 pixels has 2 words a column; its pixel (33, 1) is bit 1 of word 3.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/detection.hpp"

namespace roiflow {

/// Where the part lies in the image: all of it inside, or empty.
struct MaskPart {
  int x = 0, y = 0;           ///< of its first pixel
  int height = 0, width = 0;  ///< pixels

  [[nodiscard]] constexpr int words_per_column() const { return (height + 31) / 32; }
  [[nodiscard]] constexpr int words() const { return words_per_column() * width; }
};

struct BoxMask {
  MaskPart part;
  std::vector<std::uint32_t> words;
};

/// The run lengths of a mask of height x width that is set where the part is.
[[nodiscard]] Rle to_rle(const BoxMask& mask, int height, int width);

}  // namespace roiflow
