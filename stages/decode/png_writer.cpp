#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <exception>

#include <png.h>

#include "stages/core/error.hpp"
#include "stages/decode/encode.hpp"

namespace roiflow {
namespace {

struct Session {
  png_structp png;
  png_infop info;
  std::vector<std::uint8_t>* bytes;
  char message[256];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  std::snprintf(session.message, sizeof session.message, "%s", message);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

bool append(std::vector<std::uint8_t>& bytes, const std::uint8_t* more,
            std::size_t count) noexcept {
  try {
    bytes.insert(bytes.end(), more, more + count);
    return true;
  } catch (const std::exception&) {
    return false;  // no exception may travel through libpng
  }
}

void on_write(png_structp png, png_bytep data, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(png));
  if (!append(*session.bytes, data, count)) png_error(png, "out of memory");
}

void on_flush(png_structp) {}

/// Nothing here needs a destructor, so longjmp may leave it.
bool write(Session& session, int width, int height, int colour_type, const std::uint8_t* pixels,
           std::size_t row_bytes) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_write_fn(session.png, &session, on_write, on_flush);
  png_set_IHDR(session.png, session.info, static_cast<png_uint_32>(width),
               static_cast<png_uint_32>(height), 8, colour_type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(session.png, session.info);
  const std::uint8_t* const end = pixels + row_bytes * static_cast<std::size_t>(height);
  for (const std::uint8_t* row = pixels; row != end; row += row_bytes) {
    png_write_row(session.png, row);
  }
  png_write_end(session.png, session.info);
  return true;
}

std::vector<std::uint8_t> encode(int width, int height, int colour_type,
                                 const std::vector<std::uint8_t>& pixels, std::size_t channels) {
  require(width >= 1 && height >= 1, ErrorCode::bad_data,
          "PNG: an image must have at least one pixel, found {} x {}", width, height);
  const std::size_t row_bytes = static_cast<std::size_t>(width) * channels;
  const std::size_t expected = row_bytes * static_cast<std::size_t>(height);
  require(pixels.size() == expected, ErrorCode::bad_data,
          "PNG: {} x {} pixels need {} bytes, found {}", width, height, expected, pixels.size());
  std::vector<std::uint8_t> bytes;
  Session session{nullptr, nullptr, &bytes, "out of memory"};
  session.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &session, on_error, on_warning);
  if (session.png != nullptr) session.info = png_create_info_struct(session.png);
  const bool written = session.info != nullptr &&
                       write(session, width, height, colour_type, pixels.data(), row_bytes);
  png_destroy_write_struct(&session.png, &session.info);
  require(written, ErrorCode::bad_data, "PNG: {}", session.message);
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& image) {
  return encode(image.width, image.height, PNG_COLOR_TYPE_RGB, image.rgb, 3);
}

std::vector<std::uint8_t> encode_png(const LabelMap& map) {
  return encode(map.width, map.height, PNG_COLOR_TYPE_GRAY, map.labels, 1);
}

}  // namespace roiflow
