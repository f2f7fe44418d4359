#include "stages/decode/png_reader.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include <png.h>

#include "stages/core/error.hpp"
#include "stages/decode/exif.hpp"

namespace roiflow {
namespace {

/// What libpng and the escape from it need, without constructors: the functions below that call
/// setjmp hold nothing that a longjmp could forget to destroy.
struct Session {
  png_structp png;
  png_infop info;
  const std::uint8_t* bytes;
  std::size_t size;
  std::size_t position;
  char message[256];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  std::snprintf(session.message, sizeof session.message, "%s", message);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}  // only about chunks that do not change the pixels

void on_read(png_structp png, png_bytep target, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(png));
  if (count > session.size - session.position)
    png_error(png, "the file ends in the middle of the image");
  std::memcpy(target, session.bytes + session.position, count);
  session.position += count;
}

bool read_header(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_read_fn(session.png, &session, on_read);
  // Text, profiles and the like are skipped unread, so everything that libpng still complains about
  // concerns the pixels and is an error.
  png_set_keep_unknown_chunks(session.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_benign_errors(session.png, 0);
  png_read_info(session.png, session.info);
  return true;
}

bool ask_for_rgb(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_strip_16(session.png);
  png_set_palette_to_rgb(session.png);
  png_set_expand_gray_1_2_4_to_8(session.png);
  png_set_gray_to_rgb(session.png);
  png_set_strip_alpha(session.png);
  png_set_interlace_handling(session.png);
  png_read_update_info(session.png, session.info);
  return true;
}

bool ask_for_stored_values(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_packing(session.png);                     // one value a byte, not scaled
  png_set_check_for_invalid_index(session.png, 0);  // a class needs no palette colour
  png_set_interlace_handling(session.png);
  png_read_update_info(session.png, session.info);
  return true;
}

bool read_rows(Session& session, png_bytepp rows) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_read_image(session.png, rows);
  png_read_end(session.png, nullptr);
  return true;
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::uint8_t> encoded) {
    session_.bytes = encoded.data();
    session_.size = encoded.size();
    session_.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session_, on_error, on_warning);
    if (session_.png != nullptr) session_.info = png_create_info_struct(session_.png);
    if (session_.info == nullptr)
      std::snprintf(session_.message, sizeof session_.message, "out of memory");
    if (session_.info == nullptr || !read_header(session_)) {
      const Error error = problem();
      png_destroy_read_struct(&session_.png, &session_.info, nullptr);
      throw error;
    }
  }
  ~PngReader() { png_destroy_read_struct(&session_.png, &session_.info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  [[nodiscard]] std::int64_t width() const {
    return png_get_image_width(session_.png, session_.info);
  }
  [[nodiscard]] std::int64_t height() const {
    return png_get_image_height(session_.png, session_.info);
  }
  [[nodiscard]] int bit_depth() const { return png_get_bit_depth(session_.png, session_.info); }
  [[nodiscard]] int colour_type() const { return png_get_color_type(session_.png, session_.info); }

  void check(const DecodeLimits& limits) const {
    require(width() * height() <= limits.max_pixels, ErrorCode::bad_data,
            "PNG: the header says {} x {} pixels, more than the limit of {}", width(), height(),
            limits.max_pixels);
  }

  std::vector<std::uint8_t> read(bool (*ask)(Session&), std::size_t channels) {
    if (!ask(session_)) throw problem();
    const std::size_t row_bytes = static_cast<std::size_t>(width()) * channels;
    require(png_get_rowbytes(session_.png, session_.info) == row_bytes, ErrorCode::internal,
            "PNG: expected rows of {} bytes, libpng makes {}", row_bytes,
            png_get_rowbytes(session_.png, session_.info));
    std::vector<std::uint8_t> pixels(row_bytes * static_cast<std::size_t>(height()));
    std::vector<png_bytep> rows(static_cast<std::size_t>(height()));
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = pixels.data() + y * row_bytes;
    if (!read_rows(session_, rows.data())) throw problem();
    return pixels;
  }

 private:
  [[nodiscard]] Error problem() const {
    return Error(ErrorCode::bad_data, fmt::format("PNG: {}", session_.message));
  }
  Session session_{};
};

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U |
         std::uint32_t{bytes[2]} << 8U | std::uint32_t{bytes[3]};
}

/// Walks the chunks before the pixels, looking for EXIF data.
int orientation_of(std::span<const std::uint8_t> encoded) {
  constexpr std::size_t frame = 12;  // length, type and check sum of a chunk
  for (std::size_t at = 8; at + frame <= encoded.size();) {
    const std::size_t length = big_endian(&encoded[at]);
    const auto is = [&](const char* type) { return std::memcmp(&encoded[at + 4], type, 4) == 0; };
    if (is("IDAT") || length > encoded.size() - at - frame) return 1;
    if (is("eXIf")) return exif_orientation(encoded.subspan(at + 8, length));
    at += frame + length;
  }
  return 1;
}

}  // namespace

ImageInfo probe_png(std::span<const std::uint8_t> encoded) {
  const PngReader reader(encoded);
  return {ImageFormat::png, static_cast<int>(reader.width()), static_cast<int>(reader.height()),
          orientation_of(encoded)};
}

Image decode_png(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  PngReader reader(encoded);
  reader.check(limits);
  return {static_cast<int>(reader.height()), static_cast<int>(reader.width()),
          reader.read(ask_for_rgb, 3)};
}

LabelMap decode_png_labels(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  PngReader reader(encoded);
  reader.check(limits);
  const int type = reader.colour_type();
  require(
      (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_PALETTE) && reader.bit_depth() <= 8,
      ErrorCode::bad_data,
      "PNG: a label map must be gray or palette with at most 8 bits, found colour type {} with "
      "{} bits",
      type, reader.bit_depth());
  return {static_cast<int>(reader.height()), static_cast<int>(reader.width()),
          reader.read(ask_for_stored_values, 1)};
}

}  // namespace roiflow
