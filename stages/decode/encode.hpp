/// Encoding: pixels become the bytes of a JPEG or PNG file. The same pixels always give the same
/// bytes (with the same libjpeg, libpng and zlib).
///
/// Errors: Error{bad_data} if the sizes and the pixels do not fit together or the format cannot
/// hold the image (JPEG: at most 65500 pixels a side).
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"

namespace roiflow {

/// Baseline JPEG, chroma halved in both directions (libjpeg's default). `quality` is 1 .. 100 on
/// libjpeg's scale; 92 is hard to tell from the original.
[[nodiscard]] std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);

/// 8-bit RGB, lossless.
[[nodiscard]] std::vector<std::uint8_t> encode_png(const Image& image);

/// 8-bit gray, lossless; decode_label_map is the way back.
[[nodiscard]] std::vector<std::uint8_t> encode_png(const LabelMap& map);

}  // namespace roiflow
