/// Run-length codes of binary masks, as the COCO API (PyPI pycocotools, maskApi.c) defines them.
///
///   Rle       height, width, runs: column-major run lengths, background first (stages/core)
///   mask      [height, width] bytes, row-major; 0 is background, anything else is foreground
///   text      the compressed `counts` string of COCO JSON files
///
/// Example: 2 x 3 pixels   0 1 1
///                         0 0 1    read by columns is 00 10 11, so runs {2, 1, 1, 2}, area 3,
///                                  bounding box x 1, y 0, width 2, height 2, text "2111".
/// All functions are free of state; expected problems throw Error{bad_data}.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"

namespace roiflow {

/// Throws if the runs do not sum to height * width, or if that does not fit 32 bits.
void check(const Rle& rle);

/// Non-zero bytes are foreground, whatever their value (the COCO API's encoder would start a new
/// run between the bytes 1 and 2).
[[nodiscard]] Rle encode(const std::uint8_t* mask_row_major, int height, int width);

/// [height, width] bytes, row-major, 0 or 1. Throws as check().
[[nodiscard]] std::vector<std::uint8_t> decode(const Rle& rle);

/// Number of foreground pixels.
[[nodiscard]] std::uint64_t area(const Rle& rle);

/// x y width height in pixels; all 0 for a mask of one background run. As rleToBbox of PyPI's
/// pycocotools, in unsigned 32-bit arithmetic: foreground runs of length 0 are passed over, and if
/// there are no others the box lies outside the image, at (width, height).
[[nodiscard]] std::array<double, 4> bounding_box(const Rle& rle);

/// The compressed text: each run is five bits a character from '0' on, low bits first, bit 5 says
/// "more follows"; from the fourth run on it is the difference to the run two places before.
[[nodiscard]] std::string to_text(const Rle& rle);

/// Reads the compressed text; throws if a character is outside '0'..'o', if the text ends inside a
/// run, if a run is negative or does not fit 32 bits, and as check().
[[nodiscard]] Rle from_text(std::string_view text, int height, int width);

/// The mask of an annotation on an image of height x width pixels. Polygons are rasterised on that
/// image and their rings united; run lengths keep the size they come with, as in the COCO API, even
/// if it is not the image's (such a mask overlaps nothing, see mask_iou.hpp).
/// Throws if there is no segmentation, and as check().
[[nodiscard]] Rle to_rle(const Segmentation& segmentation, int height, int width);

}  // namespace roiflow
