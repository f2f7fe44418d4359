/// An image: pixels, nothing else; or the file that holds them.
#pragma once

#include <cstdint>
#include <vector>

namespace roiflow {

struct EncodedImage {
  std::vector<std::uint8_t> bytes;  ///< a JPEG or PNG file
};

struct Image {
  int height = 0;                 ///< pixels
  int width = 0;                  ///< pixels
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3], row-major, interleaved, 8 bits, sRGB
};

/// A single-channel 8-bit map, e.g. the class of every pixel.
struct LabelMap {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> labels;  ///< [height, width], row-major
};

/// How an image became the network's input; needed to bring boxes back.
/// The resized image sits in the top-left corner of the padded input.
struct ImageGeometry {
  int original_height = 0, original_width = 0;  ///< as decoded
  int resized_height = 0, resized_width = 0;    ///< after resizing
  int padded_height = 0, padded_width = 0;      ///< the network's input, a multiple of its stride
  /// Resized pixels per original pixel, if the convention has one number for both axes (d2go);
  /// 0: each axis has the quotient of its sizes.
  float scale = 0;
};

}  // namespace roiflow
