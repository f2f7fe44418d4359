/// Decoding: the bytes of a JPEG or PNG file become 8-bit RGB pixels, exactly those that Pillow's
/// Image.open(...).convert("RGB") gives (libjpeg-turbo's defaults: accurate integer DCT, "fancy"
/// chroma upsampling).
///
///   JPEG  baseline and progressive Huffman, 8 bits; gray is replicated; CMYK and YCCK are taken as
///         stored inverted (Adobe's way, as Pillow does) and multiplied out. Arithmetic coding is
///         refused, because whether a libjpeg can do it depends on how it was built.
///   PNG   every colour type, 1 to 16 bits, interlaced or not; alpha and tRNS are dropped, gamma
///   and
///         colour profiles ignored. 16 bits become 8 by taking the high byte; here 16-bit gray
///         differs from Pillow, which clips such images at 255 and so makes them white.
///
/// The format is recognised by the first bytes, never by a file name. All errors are
/// Error{bad_data} and quote the decoder: other formats, damaged or truncated files, any warning of
/// libjpeg (a warning means pixels that were guessed), damaged critical PNG chunks or check sums,
/// too many pixels (known from the header, before memory is taken) or too many progressive scans.
///
/// EXIF orientation is reported by `probe` and never applied by `decode`: the caller applies it
/// with `orient`, and only if the annotated size says that boxes stand in the upright image.
///
/// Everything here may be called from several threads at once.
///
/// Example: a 2 x 1 PNG, left red and right blue: decode gives height 1, width 2 and
/// rgb = {255, 0, 0, 0, 0, 255}.
#pragma once

#include <cstdint>
#include <span>

#include "stages/core/image.hpp"

namespace roiflow {

enum class ImageFormat { jpeg, png };

struct ImageInfo {
  ImageFormat format = ImageFormat::jpeg;
  int width = 0;        ///< as stored, before any orientation is applied
  int height = 0;       ///< as stored
  int orientation = 1;  ///< EXIF tag 0x0112, 1 .. 8; 1 if absent or damaged
};

/// What hostile files may cost.
struct DecodeLimits {
  std::int64_t max_pixels = 100'000'000;
  int max_scans = 256;  ///< progressive JPEG only
};

/// Reads the header only. Throws Error{bad_data}.
[[nodiscard]] ImageInfo probe(std::span<const std::uint8_t> encoded);

[[nodiscard]] Image decode(std::span<const std::uint8_t> encoded, const DecodeLimits& limits = {});

/// A gray or palette PNG of at most 8 bits whose stored values (not palette colours; 1, 2 and 4
/// bits are not scaled) are classes. Throws Error{bad_data}, also for any other kind of image.
[[nodiscard]] LabelMap decode_label_map(std::span<const std::uint8_t> encoded,
                                        const DecodeLimits& limits = {});

/// Turns and mirrors the image so that it stands upright, as PIL.ImageOps.exif_transpose does.
/// Orientation 1 gives the image back; 5 to 8 exchange height and width. Throws Error{bad_data} for
/// a number outside 1 .. 8.
/// Example: orientation 6 (camera turned) takes the left column, read upwards, as the first row.
[[nodiscard]] Image orient(Image image, int orientation);

}  // namespace roiflow
