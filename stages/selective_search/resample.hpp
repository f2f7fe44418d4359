/// Changing the size of an image before its segmentation. Private to this room.
#pragma once

#include "stages/core/image.hpp"

namespace roiflow {

/// A triangle filter, as wide as a pixel of the coarser of the two grids: bilinear when enlarging,
/// with antialiasing when reducing (Pillow's BILINEAR, up to its rounding).
/// Example: 2 x 1 pixels of 0 and 100 reduced to 1 x 1: 50.
[[nodiscard]] Image resample(const Image& image, int height, int width);

}  // namespace roiflow
