/// Polygons and boxes to masks, pixel for pixel as the COCO API rasterises them (rleFrPoly,
/// rleFrBbox and rleMerge of pycocotools' maskApi.c).
///
///   ring      x0 y0 x1 y1 ..., image pixels, pixel (0, 0) covers [0, 1) x [0, 1); closed by itself
///   out       Rle of height x width pixels
///
/// The method. Vertices are rounded to fifths of a pixel, the boundary is walked densely on that
/// grid, and where it crosses the middle of a pixel column the row there is kept; between two
/// crossings of one column lies the inside (even-odd). Parts outside the image are cut off.
/// Example: ring 1 1 3 1 3 3 1 3 on 4 x 4 pixels sets the four pixels of rows and columns 1 and 2:
/// runs {5, 2, 2, 2, 5}.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "stages/core/detection.hpp"

namespace roiflow {

/// One ring. An odd last number is passed over, as in the COCO API. Throws Error{bad_data} if it
/// has no vertex, if a coordinate is not finite or further than a million pixels away, or if the
/// size is not positive or its area exceeds 2^31 pixels.
[[nodiscard]] Rle rasterise(std::span<const double> ring, int height, int width);

/// The union of several rings, x0 y0 ... of one after the other; `ring_sizes` counts the numbers of
/// each. Throws as above, and if there is no ring.
[[nodiscard]] Rle rasterise(std::span<const double> coordinates,
                            std::span<const std::uint32_t> ring_sizes, int height, int width);

/// The box x y width height, as the ring of its corners.
[[nodiscard]] Rle rasterise_box(const std::array<double, 4>& xywh, int height, int width);

/// The union of two masks of the same size. Throws Error{bad_data} if the sizes differ.
[[nodiscard]] Rle unite(const Rle& a, const Rle& b);

}  // namespace roiflow
