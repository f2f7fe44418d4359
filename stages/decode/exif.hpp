/// The one thing that we want to know from EXIF data. Private to this room.
#pragma once

#include <cstdint>
#include <span>

namespace roiflow {

/// `tiff` is the TIFF structure inside the EXIF block ("II*\0" or "MM\0*" first). Gives the value
/// of tag 0x0112 in the first directory, or 1 if there is none or anything about it is damaged.
[[nodiscard]] int exif_orientation(std::span<const std::uint8_t> tiff);

}  // namespace roiflow
