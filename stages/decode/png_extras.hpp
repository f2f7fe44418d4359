/// Private to this room.
#pragma once

#include <cstdint>
#include <span>

namespace roiflow {

/// What chunks before the pixels say that libpng is not asked for.
struct PngExtras {
  std::span<const std::uint8_t> exif;  ///< a TIFF structure; or empty
  bool animated = false;
};

/// Walks the chunks; what is behind damage is not seen.
[[nodiscard]] PngExtras extras_of(std::span<const std::uint8_t> encoded);

}  // namespace roiflow
