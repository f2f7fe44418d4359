/// What a JPEG file says before its first pixel, read by ourselves: what libjpeg makes of 12-bit,
/// lossless and arithmetic files depends on its version and on how it was built, and ours must be
/// the same answer everywhere. Private to this room.
#pragma once

#include <cstdint>
#include <span>

#include "stages/decode/decode_limits.hpp"

namespace roiflow {

struct JpegHeader {
  int process = -1;  ///< n of the first SOFn marker (ITU T.81, table B.1); -1: there is none
  int precision = 0, width = 0, height = 0, components = 0;
  bool adobe = false;                  ///< an APP14 marker says how colours are stored
  std::span<const std::uint8_t> exif;  ///< the TIFF structure of the first EXIF block; or empty
};

/// Walks the markers up to the first scan, as libjpeg does: bytes between them are skipped. Never
/// throws; what is behind damage is not seen.
[[nodiscard]] JpegHeader read_jpeg_header(std::span<const std::uint8_t> encoded);

/// Throws Error{bad_data} unless it is 8-bit, baseline or progressive, Huffman coded, of 1, 3 or 4
/// components and within the limit of pixels. One without a frame is left to libjpeg.
void check(const JpegHeader& header, const DecodeLimits& limits);

}  // namespace roiflow
