/// PNG through libpng. Private to this room; decode.hpp is the door.
#pragma once

#include <cstdint>
#include <span>

#include "stages/decode/decode.hpp"

namespace roiflow {

[[nodiscard]] ImageInfo probe_png(std::span<const std::uint8_t> encoded,
                                  const DecodeLimits& limits);
[[nodiscard]] Decoded decode_png(std::span<const std::uint8_t> encoded, const DecodeLimits& limits);
/// limits.accept_truncated is not listened to.
[[nodiscard]] LabelMap decode_png_labels(std::span<const std::uint8_t> encoded,
                                         const DecodeLimits& limits);

}  // namespace roiflow
