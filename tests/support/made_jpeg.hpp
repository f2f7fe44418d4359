/// JPEG files made by the test: through libjpeg's encoder, or byte by byte.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it first
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <vector>

#include <jpeglib.h>

namespace roiflow::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// `pixels` [height, width, channels] in the colours `given`; `settings` may change anything that
/// jpeg_set_defaults has set. Errors end the program, as libjpeg's own do.
inline Bytes made_jpeg(const Bytes& pixels, int width, int height, J_COLOR_SPACE given,
                       const std::function<void(jpeg_compress_struct&)>& settings = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components =
      static_cast<int>(pixels.size() / static_cast<std::size_t>(width * height));
  info.in_color_space = given;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  if (settings) settings(info);
  jpeg_start_compress(&info, TRUE);
  const std::size_t row_bytes = pixels.size() / static_cast<std::size_t>(height);
  for (Bytes row; info.next_scanline < info.image_height;) {
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(info.next_scanline * row_bytes);
    row.assign(first, first + static_cast<std::ptrdiff_t>(row_bytes));
    JSAMPROW rows = row.data();
    jpeg_write_scanlines(&info, &rows, 1);
  }
  jpeg_finish_compress(&info);
  const Bytes made(bytes, bytes + size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return made;
}

/// Something to see, in any number of channels.
inline Bytes pattern(int width, int height, int channels) {
  Bytes pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        pixels.push_back(
            static_cast<std::uint8_t>((x * (3 + channel) + y * 5 + channel * 40) % 256));
      }
    }
  }
  return pixels;
}

/// Colours at quality 100, chroma halved.
inline Bytes picture(int width = 48, int height = 64) {
  return made_jpeg(pattern(width, height, 3), width, height, JCS_RGB);
}

/// The very same coefficients, in progressive scans.
inline Bytes progressive_of(const Bytes& jpeg) {
  jpeg_decompress_struct from{};
  jpeg_compress_struct to{};
  jpeg_error_mgr errors{};
  from.err = to.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&from);
  jpeg_mem_src(&from, jpeg.data(), jpeg.size());
  jpeg_read_header(&from, TRUE);
  jvirt_barray_ptr* const coefficients = jpeg_read_coefficients(&from);
  jpeg_create_compress(&to);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&to, &bytes, &size);
  jpeg_copy_critical_parameters(&from, &to);
  jpeg_simple_progression(&to);
  jpeg_write_coefficients(&to, coefficients);
  jpeg_finish_compress(&to);
  const Bytes made(bytes, bytes + size);
  jpeg_destroy_compress(&to);
  jpeg_destroy_decompress(&from);
  std::free(bytes);
  return made;
}

/// A marker and its segment, the length of which is counted.
inline Bytes jpeg_segment(std::uint8_t marker, const Bytes& body) {
  const std::size_t length = body.size() + 2;
  return Bytes{0xFF, marker, static_cast<std::uint8_t>(length >> 8U),
               static_cast<std::uint8_t>(length & 0xFFU)} +
         body;
}

/// With more segments behind the start-of-image marker.
inline Bytes with_segments(const Bytes& jpeg, const Bytes& segments) {
  return Bytes{jpeg[0], jpeg[1]} + segments + Bytes(jpeg.begin() + 2, jpeg.end());
}

inline Bytes exif_segment(const Bytes& tiff) {
  return jpeg_segment(0xE1, Bytes{'E', 'x', 'i', 'f', 0, 0} + tiff);
}

/// A TIFF structure that says nothing but the orientation.
inline Bytes tiff_orientation(std::uint8_t orientation) {
  return {'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 1, 3,
          0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0, 0};
}

/// Where the frame header (SOF0 or SOF2) begins; its precision is at + 4, height + 5, width + 7.
inline std::size_t frame_of(const Bytes& jpeg) {
  for (std::size_t at = 2; at + 4 < jpeg.size();) {
    if (jpeg[at + 1] == 0xC0 || jpeg[at + 1] == 0xC2) return at;
    at += 2U + (std::size_t{jpeg[at + 2]} << 8U) + jpeg[at + 3];
  }
  return 0;
}

/// A black progressive image of exactly `scans` scans (1 .. 883), all valid: after the one of the
/// constant terms, every other term's 14 bits one by one, each scan a few bytes long because a run
/// of blocks without anything costs 15 bits.
inline Bytes many_scans(int width, int height, int scans) {
  const auto high = [](int value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](int value) { return static_cast<std::uint8_t>(value & 0xFF); };
  const int blocks = ((width + 7) / 8) * ((height + 7) / 8);
  constexpr std::uint8_t run_of_2_to_14 = 0xE0;
  const Bytes code_lengths{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // one code: "0"
  Bytes jpeg{0xFF, 0xD8};
  jpeg =
      jpeg + jpeg_segment(0xDB, Bytes{0} + Bytes(64, 1)) +
      jpeg_segment(0xC2, {8, high(height), low(height), high(width), low(width), 1, 1, 0x11, 0}) +
      jpeg_segment(0xC4, Bytes{0x00} + code_lengths + Bytes{0}) +
      jpeg_segment(0xC4, Bytes{0x10} + code_lengths + Bytes{run_of_2_to_14});
  const auto scan = [&](int term, int before, int bit, std::size_t bytes) {
    const auto at = static_cast<std::uint8_t>(term);
    const auto shift = static_cast<std::uint8_t>(before << 4 | bit);
    jpeg = jpeg + jpeg_segment(0xDA, {1, 1, 0x00, at, at, shift}) + Bytes(bytes, 0);
  };
  scan(0, 0, 0, static_cast<std::size_t>(blocks + 7) / 8);
  const int runs = (blocks + (1 << 14) - 1) / (1 << 14);
  const auto run_bytes = static_cast<std::size_t>(runs * 15 + 7) / 8;
  for (int made = 1; made < scans; ++made) {
    const int term = 1 + (made - 1) / 14, bit = 13 - (made - 1) % 14;
    scan(term, bit == 13 ? 0 : bit + 1, bit, run_bytes);
  }
  return jpeg + Bytes{0xFF, 0xD9};
}

}  // namespace roiflow::test
