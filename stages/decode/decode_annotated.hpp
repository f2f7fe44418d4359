/// Decoding against what the data set says: the pixels that the annotations are about.
///
/// The EXIF orientation is applied if, and only if, the image has the annotated size after it and
/// not before: COCO's annotations are about the stored pixels, other sets' about the upright ones.
/// A square image, for which both fit, is left as stored. Annotated sizes of 0 are "not known":
/// then any size is accepted, as stored. Either way the notes say so if there is an orientation.
///
/// Example: a JPEG stored as 480 x 640 with orientation 6 and annotated as 640 x 480 is turned.
#pragma once

#include <cstdint>
#include <span>

#include "stages/core/image.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {

/// Throws Error{bad_data} as decode(), and with both sizes if neither orientation fits.
[[nodiscard]] Decoded decode_annotated(std::span<const std::uint8_t> encoded, int width, int height,
                                       const DecodeLimits& limits = {});

}  // namespace roiflow
