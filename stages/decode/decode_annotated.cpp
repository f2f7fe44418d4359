#include "stages/decode/decode_annotated.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

Decoded decode_annotated(std::span<const std::uint8_t> encoded, int width, int height,
                         const DecodeLimits& limits) {
  const ImageInfo info = probe(encoded, limits);
  const bool unknown = width == 0 && height == 0;
  const bool as_stored = unknown || (info.width == width && info.height == height);
  const bool turned = info.orientation > 4 && info.width == height && info.height == width;
  require(as_stored || turned, ErrorCode::bad_data,
          "the image is {} x {} pixels, but the data set says {} x {}", info.width, info.height,
          width, height);
  Decoded decoded = decode_noted(encoded, limits);
  if (info.orientation != 1) {
    decoded.notes.texts.push_back(
        fmt::format("the EXIF orientation {} is {}", info.orientation,
                    as_stored ? "not applied: the data set is about the pixels as stored"
                              : "applied: the data set's size is that of the upright image"));
  }
  if (!as_stored) decoded.image = orient(std::move(decoded.image), info.orientation);
  return decoded;
}

}  // namespace roiflow
