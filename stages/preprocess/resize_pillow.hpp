/// Resizing as Pillow's Image.resize(size, BILINEAR) does it: what detectron2 gives its networks.
///
/// A triangle filter that widens with the reduction (so it averages where the image shrinks), first
/// along x, then along y, each pass rounded to 8 bits; weights are integers of 22 fractional bits.
/// Equal to Pillow byte for byte.
///
/// Reference: Pillow's src/libImaging/Resample.c (ImagingResampleHorizontal_8bpc and its sisters).
/// Example: one row of two pixels 0 and 255, to four: 0, 64, 191, 255. Private to this room.
#pragma once

#include "stages/core/image.hpp"

namespace roiflow {

/// The new sizes must be positive.
[[nodiscard]] Image resize_pillow(const Image& image, int height, int width);

}  // namespace roiflow
