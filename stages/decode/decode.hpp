/// Decoding: the bytes of a JPEG or PNG file become 8-bit RGB pixels, exactly those that Pillow's
/// Image.open(...).convert("RGB") gives (libjpeg-turbo's defaults: accurate integer DCT, "fancy"
/// chroma upsampling).
///
///   JPEG  baseline and progressive Huffman, 8 bits; gray is replicated; CMYK and YCCK are taken as
///         stored inverted (Adobe's way, as Pillow does) and multiplied out. Other precisions,
///         lossless, hierarchical and arithmetic coding are refused, whatever this libjpeg can do.
///   PNG   every colour type, 1 to 16 bits, interlaced or not; alpha and tRNS are dropped, gamma
///         and colour profiles ignored. 16 bits become 8 by taking the high byte; here 16-bit gray
///         differs from Pillow, which clips such images at 255 and so makes them white.
///
/// The format is recognised by the first bytes, never by a file name. All errors are
/// Error{bad_data} and quote the decoder: other formats, damaged or truncated files, any warning of
/// libjpeg or libpng (pixels that were guessed, a wrong check sum), and what exceeds the limits:
/// pixels and memory are known from the header, before memory is taken; scans and time are looked
/// at between rows. Messages name the limit, what was found, and the option (apps/decode_options).
///
/// With DecodeLimits::accept_truncated, warnings and the early end of a file are put up with once
/// there is something to see, and noted: what is missing is black in a PNG, in a JPEG libjpeg's
/// guess (mostly gray). Never for label maps.
///
/// What is taken all the same but worth knowing is in the notes: the damage, damaged EXIF, bytes
/// behind the end of the image (the other pictures of an MPO, say), animations.
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
#include <string_view>

#include "stages/core/image.hpp"
#include "stages/core/image_notes.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

enum class ImageFormat { jpeg, png };

struct ImageInfo {
  ImageFormat format = ImageFormat::jpeg;
  int width = 0;              ///< as stored, before any orientation is applied
  int height = 0;             ///< as stored
  int orientation = 1;        ///< EXIF tag 0x0112, 1 .. 8; 1 if absent or damaged
  bool damaged_exif = false;  ///< there is EXIF data, but no orientation can be read from it
};

struct Decoded {
  Image image;
  ImageFormat format = ImageFormat::jpeg;
  ImageNotes notes;
};

/// Reads the header only. Throws Error{bad_data}.
[[nodiscard]] ImageInfo probe(std::span<const std::uint8_t> encoded,
                              const DecodeLimits& limits = {});

[[nodiscard]] Decoded decode_noted(std::span<const std::uint8_t> encoded,
                                   const DecodeLimits& limits = {});

/// Without the notes.
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

/// "JPEG" or "PNG" if the ending of the name promises the other of the two (any case), or "".
/// Example: "a.JPG" of a PNG image: "PNG".
[[nodiscard]] std::string_view contradiction(std::string_view file_name, ImageFormat found);

}  // namespace roiflow
