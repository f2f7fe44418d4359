#include "stages/decode/decode_annotated.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

Image decode_annotated(std::span<const std::uint8_t> encoded, int width, int height,
                       const DecodeLimits& limits) {
  const ImageInfo info = probe(encoded);
  const bool unknown = width == 0 && height == 0;
  const bool as_stored = unknown || (info.width == width && info.height == height);
  const bool turned = info.orientation > 4 && info.width == height && info.height == width;
  require(as_stored || turned, ErrorCode::bad_data,
          "the image is {} x {} pixels, but the data set says {} x {}", info.width, info.height,
          width, height);
  Image image = decode(encoded, limits);
  return as_stored ? image : orient(std::move(image), info.orientation);
}

}  // namespace roiflow
