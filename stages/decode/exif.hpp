/// The one thing that we want to know from EXIF data. Private to this room.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace roiflow {

/// `tiff` is the TIFF structure inside the EXIF block ("II*\0" or "MM\0*" first), or empty. Gives
/// the value of tag 0x0112 in the first directory, 1 if it has none, nothing if what leads there or
/// the tag is damaged.
[[nodiscard]] std::optional<int> exif_orientation(std::span<const std::uint8_t> tiff);

}  // namespace roiflow
