/// Synthetic labelled images: for demos, benchmarks and tests that need no download.
///
/// Every image shows circles, rectangles, triangles, stars and crosses in saturated colours before
/// a dull, textured background; shapes are rotated, anti-aliased, of COCO-small (< 32^2), medium
/// and large (> 96^2 pixels) size, and hide parts of each other. Colour says nothing about the
/// class.
///
///   image        JPEG, 4:2:0, quality 92; landscape or portrait, long side 256 .. 320, short side
///                192 .. 256 pixels unless the parameters say otherwise
///   annotations  one for each shape, in the order of drawing (later ones hide earlier ones): the
///   mask of
///                its *visible* pixels as compressed RLE, the tight box of that mask, its area. At
///                least 60 % of every shape is visible, so nothing stays in the picture unlabelled.
///   crowds       in some images a cluster of 12 to 25 tiny shapes of one class is one annotation
///                with iscrowd
///   label map    PNG, class index of every pixel: 0 background, 1 .. 5 the category id, 255 (to be
///                ignored) on crowds
///
/// Sample `index` depends on the parameters and the index alone, and is the same with every
/// compiler and C library (the JPEG bytes also need the same libjpeg). Samples may be made by
/// several threads at once.
///
/// Example: synthesize({.seed = 7}, 123) has file name "shapes_000123.jpg", image id 124 and
/// annotation ids 12301, 12302, ...
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

struct SynthParams {
  std::uint64_t seed = 1;
  int short_side_min = 192, short_side_max = 256;  ///< pixels
  int long_side_min = 256, long_side_max = 320;    ///< pixels
  int objects_min = 3,
      objects_max = 10;       ///< tried; one that would hide too much of others is left out
  double crowd_share = 0.04;  ///< of the images, 0 .. 1
  int jpeg_quality = 92;      ///< 1 .. 100
};

/// Throws Error{usage} if the parameters contradict each other: sides 128 .. 4096, objects 1 .. 90.
void check(const SynthParams& params);

[[nodiscard]] Sample synthesize(const SynthParams& params, std::int64_t index);

/// The classes 1 .. 5: circle, rectangle, triangle, star, cross.
[[nodiscard]] std::vector<Category> synth_categories();

}  // namespace roiflow
