#include <cstddef>
#include <utility>

#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {

Image orient(Image image, int orientation) {
  require(orientation >= 1 && orientation <= 8, ErrorCode::bad_data,
          "EXIF orientation must be 1 to 8, found {}", orientation);
  if (orientation == 1) return image;

  // Every orientation is an optional exchange of the axes followed by optional mirrors.
  const bool transposed = orientation >= 5;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;

  Image out{image.height, image.width, std::vector<std::uint8_t>(image.rgb.size())};
  if (transposed) std::swap(out.height, out.width);
  std::uint8_t* target = out.rgb.data();
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x, target += 3) {
      const int row = transposed ? x : y;
      const int column = transposed ? y : x;
      const int from_y = from_bottom ? image.height - 1 - row : row;
      const int from_x = from_right ? image.width - 1 - column : column;
      const std::size_t at =
          (static_cast<std::size_t>(from_y) * static_cast<std::size_t>(image.width) +
           static_cast<std::size_t>(from_x)) *
          3;
      for (std::size_t channel = 0; channel < 3; ++channel)
        target[channel] = image.rgb[at + channel];
    }
  }
  return out;
}

}  // namespace roiflow
