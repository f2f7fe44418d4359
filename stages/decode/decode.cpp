#include "stages/decode/decode.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "stages/core/error.hpp"
#include "stages/decode/jpeg_reader.hpp"
#include "stages/decode/png_reader.hpp"

namespace roiflow {
namespace {

bool has(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view magic) {
  if (bytes.size() < at + magic.size()) return false;
  return std::equal(magic.begin(), magic.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char m, std::uint8_t b) { return static_cast<std::uint8_t>(m) == b; });
}

/// The formats that turn up under the names of others, or "".
std::string_view other_format(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  if (has(bytes, 0, "GIF8"sv)) return "GIF";
  if (has(bytes, 0, "BM"sv)) return "BMP";
  if (has(bytes, 0, "RIFF"sv) && has(bytes, 8, "WEBP"sv)) return "WebP";
  if (has(bytes, 0, "II*\0"sv) || has(bytes, 0, "MM\0*"sv)) return "TIFF";
  if (has(bytes, 0, "\0\0\0\x0cjP  "sv) || has(bytes, 0, "\xff\x4f\xff\x51"sv)) return "JPEG 2000";
  if (has(bytes, 4, "ftyp"sv)) return "HEIF or AVIF";
  return {};
}

ImageFormat format_of(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  if (has(bytes, 0, "\xff\xd8\xff"sv)) return ImageFormat::jpeg;
  if (has(bytes, 0, "\x89PNG\r\n\x1a\n"sv)) return ImageFormat::png;
  require(!bytes.empty(), ErrorCode::bad_data,
          "expected a JPEG or PNG image, found no bytes at all");
  const std::string_view other = other_format(bytes);
  require(other.empty(), ErrorCode::bad_data,
          "expected a JPEG or PNG image, found {}, which is not supported", other);
  std::string start;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    start += fmt::format(" {:02x}", byte);
  }
  fail(ErrorCode::bad_data, "expected a JPEG or PNG image, found {} bytes that begin with{}",
       bytes.size(), start);
}

}  // namespace

ImageInfo probe(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  return format_of(encoded) == ImageFormat::jpeg ? probe_jpeg(encoded, limits)
                                                 : probe_png(encoded, limits);
}

Decoded decode_noted(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  return format_of(encoded) == ImageFormat::jpeg ? decode_jpeg(encoded, limits)
                                                 : decode_png(encoded, limits);
}

Image decode(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  return decode_noted(encoded, limits).image;
}

LabelMap decode_label_map(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  require(format_of(encoded) == ImageFormat::png, ErrorCode::bad_data,
          "a label map must be a PNG file (JPEG changes the values), found JPEG");
  return decode_png_labels(encoded, limits);
}

std::string_view contradiction(std::string_view file_name, ImageFormat found) {
  const auto ends_with = [&](std::string_view ending) {
    if (file_name.size() < ending.size()) return false;
    return std::ranges::equal(
        file_name.substr(file_name.size() - ending.size()), ending,
        [](unsigned char letter, char wanted) { return std::tolower(letter) == wanted; });
  };
  const bool jpeg_name = ends_with(".jpg") || ends_with(".jpeg");
  if (found == ImageFormat::png && jpeg_name) return "PNG";
  if (found == ImageFormat::jpeg && ends_with(".png")) return "JPEG";
  return {};
}

}  // namespace roiflow
