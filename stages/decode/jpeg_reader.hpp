/// JPEG through libjpeg-turbo. Private to this room; decode.hpp is the door.
#pragma once

#include <cstdint>
#include <span>

#include "stages/decode/decode.hpp"

namespace roiflow {

[[nodiscard]] ImageInfo probe_jpeg(std::span<const std::uint8_t> encoded,
                                   const DecodeLimits& limits);
[[nodiscard]] Decoded decode_jpeg(std::span<const std::uint8_t> encoded,
                                  const DecodeLimits& limits);

}  // namespace roiflow
