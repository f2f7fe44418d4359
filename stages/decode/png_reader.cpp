#include "stages/decode/png_reader.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include <png.h>

#include "stages/core/error.hpp"
#include "stages/decode/deadline.hpp"
#include "stages/decode/exif.hpp"
#include "stages/decode/note_texts.hpp"
#include "stages/decode/png_extras.hpp"

namespace roiflow {
namespace {

/// What libpng and the escape from it need, without destructors: the functions below that call
/// setjmp hold nothing that a longjmp could forget to destroy.
struct Session {
  Session(std::span<const std::uint8_t> encoded, const DecodeLimits& decode_limits)
      : bytes(encoded.data()),
        size(encoded.size()),
        limits(decode_limits),
        deadline(decode_limits.max_seconds) {}

  png_structp png = nullptr;
  png_infop info = nullptr;
  const std::uint8_t* bytes;
  std::size_t size;
  const DecodeLimits& limits;
  Deadline deadline;
  std::size_t position = 0;
  std::int64_t rows = 0;  ///< decoded, of all passes
  bool at_end = false;    ///< libpng asked for more than there is
  char message[256] = "";
  char warning[256] = "";  ///< the first that was put up with
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  std::snprintf(session.message, sizeof session.message, "%s", message);
  png_longjmp(png, 1);
}

/// A warning says that something in the file is not as it was written.
void on_warning(png_structp png, png_const_charp message) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  if (!session.limits.accept_truncated) on_error(png, message);
  if (session.warning[0] == '\0') {
    std::snprintf(session.warning, sizeof session.warning, "%s", message);
  }
}

void check_time(png_structp png, Session& session) {
  if (!session.deadline.passed()) return;
  std::snprintf(session.message, sizeof session.message,
                "decoding takes longer than the limit of %g s (--max-decode-seconds)",
                session.deadline.limit());
  png_longjmp(png, 1);
}

void on_read(png_structp png, png_bytep target, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(png));
  check_time(png, session);
  session.at_end = count > session.size - session.position;
  if (session.at_end) png_error(png, "the file ends in the middle of the image");
  std::memcpy(target, session.bytes + session.position, count);
  session.position += count;
}

void on_row(png_structp png, png_uint_32, int) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  ++session.rows;
  check_time(png, session);
}

bool read_header(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_read_fn(session.png, &session, on_read);
  png_set_read_status_fn(session.png, on_row);
  // Text, profiles, transparency and the like are skipped unread, so everything that libpng still
  // complains about concerns the pixels or a check sum.
  png_set_keep_unknown_chunks(session.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  constexpr png_byte transparency[] = {'t', 'R', 'N', 'S', '\0'};  // which the -1 leaves out
  png_set_keep_unknown_chunks(session.png, PNG_HANDLE_CHUNK_NEVER, transparency, 1);
  constexpr png_alloc_size_t most_chunk_bytes = 8'000'000;  // libpng's default, if it is left at it
  png_set_chunk_malloc_max(session.png, most_chunk_bytes);
  png_set_benign_errors(session.png, session.limits.accept_truncated ? 1 : 0);
  // Bytes are asked for in small pieces where the last piece, which is not all there, is lost.
  constexpr std::size_t piece_bytes = 64;
  if (session.limits.accept_truncated) png_set_compression_buffer_size(session.png, piece_bytes);
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

/// Appends the rows to `pixels`, which has reserved memory for them: a page is touched only when
/// there are pixels for it.
bool read_rows(Session& session, std::vector<std::uint8_t>& row,
               std::vector<std::uint8_t>& pixels) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  const png_uint_32 height = png_get_image_height(session.png, session.info);
  for (png_uint_32 y = 0; y < height; ++y) {
    png_read_row(session.png, row.data(), nullptr);
    pixels.insert(pixels.end(), row.begin(), row.end());
  }
  png_read_end(session.png, nullptr);
  return true;
}

/// Every pass writes into rows that the passes before have begun.
bool read_passes(Session& session, png_bytepp rows) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_read_image(session.png, rows);
  png_read_end(session.png, nullptr);
  return true;
}

class PngReader {
 public:
  PngReader(std::span<const std::uint8_t> encoded, const DecodeLimits& limits)
      : session_(encoded, limits) {
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

  /// `channels`: bytes a pixel that read() will give.
  void check(std::int64_t channels) const {
    require(width() * height() <= session_.limits.max_pixels, ErrorCode::bad_data,
            "PNG: the header says {} x {} pixels, more than the limit of {} (--max-pixels)",
            width(), height(), session_.limits.max_pixels);
    constexpr std::int64_t row_bytes =
        24;  // of a pixel: two rows of libpng's and one of ours, 8 each
    const std::int64_t needed = width() * (height() * channels + row_bytes);
    require(needed <= session_.limits.max_bytes, ErrorCode::bad_data,
            "PNG: {} x {} pixels need {} bytes, more than the limit of {} (--max-decode-memory)",
            width(), height(), needed, session_.limits.max_bytes);
  }

  std::vector<std::uint8_t> read(bool (*ask)(Session&), std::size_t channels) {
    if (!ask(session_)) throw problem();
    const std::size_t row_bytes = static_cast<std::size_t>(width()) * channels;
    require(png_get_rowbytes(session_.png, session_.info) == row_bytes, ErrorCode::internal,
            "PNG: expected rows of {} bytes, libpng makes {}", row_bytes,
            png_get_rowbytes(session_.png, session_.info));
    const std::size_t bytes = row_bytes * static_cast<std::size_t>(height());
    std::vector<std::uint8_t> pixels;
    bool complete = false;
    if (png_get_interlace_type(session_.png, session_.info) == PNG_INTERLACE_NONE) {
      std::vector<std::uint8_t> row(row_bytes);
      pixels.reserve(bytes);
      complete = read_rows(session_, row, pixels);
    } else {
      pixels.resize(bytes);
      std::vector<png_bytep> rows(static_cast<std::size_t>(height()));
      for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = pixels.data() + y * row_bytes;
      complete = read_passes(session_, rows.data());
    }
    if (!complete) put_up_with_end();
    pixels.resize(bytes);  // what is missing is black
    return pixels;
  }

  [[nodiscard]] ImageNotes notes() const {
    ImageNotes notes;
    notes.truncated = session_.warning[0] != '\0';
    if (notes.truncated) notes.texts.push_back(fmt::format("PNG: {}", session_.warning));
    const std::size_t behind = session_.size - session_.position;
    if (behind > 0 && !session_.at_end) notes.texts.push_back(bytes_behind(behind));
    return notes;
  }

 private:
  /// Throws unless the bytes just ended, some pixels were there, and that is accepted.
  void put_up_with_end() {
    if (!session_.limits.accept_truncated || !session_.at_end || session_.rows == 0) {
      throw problem();
    }
    std::memcpy(session_.warning, session_.message, sizeof session_.warning);
  }
  [[nodiscard]] Error problem() const {
    return Error(ErrorCode::bad_data, fmt::format("PNG: {}", session_.message));
  }
  Session session_;
};

}  // namespace

ImageInfo probe_png(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  const PngReader reader(encoded, limits);
  reader.check(3);
  const auto orientation = exif_orientation(extras_of(encoded).exif);
  return {ImageFormat::png, static_cast<int>(reader.width()), static_cast<int>(reader.height()),
          orientation.value_or(1), !orientation};
}

Decoded decode_png(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  PngReader reader(encoded, limits);
  reader.check(3);
  Decoded decoded{{static_cast<int>(reader.height()), static_cast<int>(reader.width()),
                   reader.read(ask_for_rgb, 3)},
                  ImageFormat::png,
                  {}};
  decoded.notes = reader.notes();
  const PngExtras extras = extras_of(encoded);
  if (!exif_orientation(extras.exif)) decoded.notes.texts.emplace_back(damaged_exif);
  if (extras.animated) {
    decoded.notes.texts.emplace_back("PNG: an animation, of which the still image is taken");
  }
  return decoded;
}

LabelMap decode_png_labels(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  DecodeLimits strict = limits;
  strict.accept_truncated = false;  // guessed classes would be compared as if they were true
  PngReader reader(encoded, strict);
  reader.check(1);
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
