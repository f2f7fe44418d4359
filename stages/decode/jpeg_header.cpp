#include "stages/decode/jpeg_header.hpp"

#include <algorithm>
#include <string_view>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int start_of_image = 0xD8, end_of_image = 0xD9, start_of_scan = 0xDA;
constexpr int app1 = 0xE1, app14 = 0xEE;

int big_endian(Bytes bytes, std::size_t at) {
  return bytes[at] << 8 | bytes[at + 1];
}

bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(), [](char letter, std::uint8_t byte) {
           return static_cast<std::uint8_t>(letter) == byte;
         });
}

/// The n of SOFn, or -1.
int process_of(int marker) {
  constexpr int first = 0xC0, last = 0xCF, huffman_tables = 0xC4, reserved = 0xC8,
                arithmetic_conditioning = 0xCC;
  const bool frame = marker >= first && marker <= last && marker != huffman_tables &&
                     marker != reserved && marker != arithmetic_conditioning;
  return frame ? marker - first : -1;
}

bool has_no_segment(int marker) {
  constexpr int restart_0 = 0xD0, temporary = 0x01;
  return marker == 0 || marker == temporary || (marker >= restart_0 && marker <= start_of_image);
}

/// `body`: of the segment, behind its length.
void take_segment(JpegHeader& header, int marker, Bytes body) {
  using namespace std::string_view_literals;
  constexpr std::string_view exif = "Exif\0\0"sv;
  const int process = process_of(marker);
  if (process >= 0 && header.process < 0 && body.size() >= 6) {
    header.process = process;
    header.precision = body[0];
    header.height = big_endian(body, 1);
    header.width = big_endian(body, 3);
    header.components = body[5];
  } else if (marker == app1 && header.exif.empty() && begins_with(body, exif)) {
    header.exif = body.subspan(exif.size());
  } else if (marker == app14 && begins_with(body, "Adobe")) {
    header.adobe = true;
  }
}

/// Why an SOFn is not for us, or "".
std::string_view unsupported(int process) {
  switch (process) {
    case 0:
    case 1:
    case 2:
      return {};
    case 3:
      return "lossless coding";
    case 5:
    case 6:
    case 7:
      return "hierarchical coding";
    case 11:
      return "lossless coding";
    default:
      return "arithmetic coding";
  }
}

}  // namespace

JpegHeader read_jpeg_header(Bytes encoded) {
  JpegHeader header;
  for (std::size_t at = 2; at + 1 < encoded.size();) {
    const int marker = encoded[at + 1];
    if (encoded[at] != 0xFF || marker == 0xFF || has_no_segment(marker)) {
      at += encoded[at] == 0xFF && marker != 0xFF ? std::size_t{2} : std::size_t{1};
      continue;
    }
    if (marker == end_of_image || marker == start_of_scan || at + 4 > encoded.size()) break;
    const auto length = static_cast<std::size_t>(big_endian(encoded, at + 2));
    if (length < 2 || length > encoded.size() - at - 2) break;
    take_segment(header, marker, encoded.subspan(at + 4, length - 2));
    at += 2 + length;
  }
  return header;
}

void check(const JpegHeader& header, const DecodeLimits& limits) {
  if (header.process < 0) return;
  const std::string_view problem = unsupported(header.process);
  require(problem.empty(), ErrorCode::bad_data,
          "JPEG: {} is unsupported, expected baseline or progressive Huffman coding", problem);
  require(header.precision == 8, ErrorCode::bad_data,
          "JPEG: precision {} unsupported, expected 8 bits a sample", header.precision);
  require(header.width > 0 && header.height > 0, ErrorCode::bad_data,
          "JPEG: the header says {} x {} pixels, expected at least one", header.width,
          header.height);
  const std::int64_t pixels = std::int64_t{header.width} * header.height;
  require(pixels <= limits.max_pixels, ErrorCode::bad_data,
          "JPEG: the header says {} x {} pixels, more than the limit of {} (--max-pixels)",
          header.width, header.height, limits.max_pixels);
  const int components = header.components;
  require(components == 1 || components == 3 || components == 4, ErrorCode::bad_data,
          "JPEG: expected 1, 3 or 4 colour components, found {}", components);
}

}  // namespace roiflow
