#include "stages/decode/png_extras.hpp"

#include <cstddef>
#include <cstring>

namespace roiflow {
namespace {

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U |
         std::uint32_t{bytes[2]} << 8U | std::uint32_t{bytes[3]};
}

}  // namespace

PngExtras extras_of(std::span<const std::uint8_t> encoded) {
  constexpr std::size_t frame = 12;  // length, type and check sum of a chunk
  PngExtras extras;
  for (std::size_t at = 8; at + frame <= encoded.size();) {
    const std::size_t length = big_endian(&encoded[at]);
    const auto is = [&](const char* type) { return std::memcmp(&encoded[at + 4], type, 4) == 0; };
    if (is("IDAT") || length > encoded.size() - at - frame) break;
    if (is("eXIf") && extras.exif.empty()) extras.exif = encoded.subspan(at + 8, length);
    if (is("acTL")) extras.animated = true;
    at += frame + length;
  }
  return extras;
}

}  // namespace roiflow
