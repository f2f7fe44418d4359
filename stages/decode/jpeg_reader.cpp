#include "stages/decode/jpeg_reader.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it first
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "stages/core/error.hpp"
#include "stages/decode/deadline.hpp"
#include "stages/decode/exif.hpp"
#include "stages/decode/jpeg_header.hpp"
#include "stages/decode/note_texts.hpp"

namespace roiflow {
namespace {

/// Everything that libjpeg and the escape from it need, without destructors: the functions below
/// that call setjmp hold nothing that a longjmp could forget to destroy.
struct Session {
  explicit Session(const DecodeLimits& decode_limits)
      : limits(decode_limits), deadline(decode_limits.max_seconds) {}

  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  const DecodeLimits& limits;
  Deadline deadline;
  std::size_t bytes_left = 0;  ///< behind the end-of-image marker
  char message[JMSG_LENGTH_MAX] = "";
  char warning[JMSG_LENGTH_MAX] = "";  ///< the first that was put up with
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto& session = *static_cast<Session*>(info->client_data);
  info->err->format_message(info, session.message);
  std::longjmp(session.escape, 1);
}

void check_time(Session& session) {
  if (!session.deadline.passed()) return;
  std::snprintf(session.message, sizeof session.message,
                "decoding takes longer than the limit of %g s (--max-decode-seconds)",
                session.deadline.limit());
  std::longjmp(session.escape, 1);
}

/// Whether the bytes ended before the first row of blocks was there: nothing would be seen.
bool ends_before_pixels(const jpeg_decompress_struct& info) {
  return info.err->msg_code == JWRN_JPEG_EOF && info.input_scan_number <= 1 &&
         info.input_iMCU_row == 0;
}

/// A warning (level -1) means that libjpeg goes on with guessed pixels. Every marker leaves a trace
/// (other levels), so that a file of nothing but markers takes no more time than others.
void on_message(j_common_ptr info, int level) {
  auto& session = *static_cast<Session*>(info->client_data);
  if (level >= 0) return check_time(session);
  if (!session.limits.accept_truncated || ends_before_pixels(session.info)) on_error(info);
  if (session.warning[0] == '\0') info->err->format_message(info, session.warning);
}

/// Called for every row of blocks that is read and every row of pixels that is made.
void on_progress(j_common_ptr info) {
  auto& session = *static_cast<Session*>(info->client_data);
  check_time(session);
  if (session.info.input_scan_number <= session.limits.max_scans) return;
  std::snprintf(session.message, sizeof session.message,
                "there are more scans than the limit of %d (--max-scans)",
                session.limits.max_scans);
  std::longjmp(session.escape, 1);
}

bool read_header(Session& session, const std::uint8_t* bytes, std::size_t size) {
  if (setjmp(session.escape) != 0) return false;
  jpeg_create_decompress(&session.info);
  session.info.progress = &session.progress;
  jpeg_mem_src(&session.info, bytes, size);
  jpeg_read_header(&session.info, TRUE);
  return true;
}

bool start(Session& session, J_COLOR_SPACE colours) {
  if (setjmp(session.escape) != 0) return false;
  session.info.out_color_space = colours;
  jpeg_start_decompress(&session.info);
  return true;
}

/// Pillow's arithmetic (Convert.c, cmyk2rgb) on values that are stored inverted; in place.
void cmyk_to_rgb(std::uint8_t* row, std::size_t pixels) {
  const auto times = [](int a, int b) {  // a * b / 255, rounded
    const int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  };
  for (std::size_t i = 0; i < pixels; ++i) {
    const int white = row[i * 4 + 3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const int ink = 255 - row[i * 4 + channel];
      row[i * 3 + channel] = static_cast<std::uint8_t>(white - times(ink, white));
    }
  }
}

/// Appends the rows to `rgb`, which has reserved memory for them: a page is touched only when there
/// are pixels for it. Reads to the end-of-image marker, so that a file cut behind the last visible
/// row is noticed too.
bool read_rows(Session& session, std::uint8_t* row, std::vector<std::uint8_t>& rgb) {
  if (setjmp(session.escape) != 0) return false;
  const std::size_t width = session.info.output_width;
  while (session.info.output_scanline < session.info.output_height) {
    JSAMPROW rows = row;
    jpeg_read_scanlines(&session.info, &rows, 1);
    if (session.info.out_color_space == JCS_CMYK) cmyk_to_rgb(row, width);
    rgb.insert(rgb.end(), row, row + width * 3);
  }
  jpeg_finish_decompress(&session.info);
  session.bytes_left = session.info.src->bytes_in_buffer;
  return true;
}

class JpegReader {
 public:
  JpegReader(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) : session_(limits) {
    session_.info.err = jpeg_std_error(&session_.errors);
    session_.errors.error_exit = on_error;
    session_.errors.emit_message = on_message;
    session_.progress.progress_monitor = on_progress;
    session_.info.client_data = &session_;
    if (!read_header(session_, encoded.data(), encoded.size())) {
      const Error error = problem();
      jpeg_destroy_decompress(&session_.info);
      throw error;
    }
  }
  ~JpegReader() { jpeg_destroy_decompress(&session_.info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  [[nodiscard]] jpeg_decompress_struct& info() { return session_.info; }
  [[nodiscard]] const char* warning() const { return session_.warning; }
  [[nodiscard]] std::size_t bytes_left() const { return session_.bytes_left; }

  std::vector<std::uint8_t> read() {
    if (!start(session_, session_.info.num_components == 4 ? JCS_CMYK : JCS_RGB)) throw problem();
    const std::size_t width = session_.info.output_width;
    std::vector<std::uint8_t> row(width *
                                  static_cast<std::size_t>(session_.info.output_components));
    std::vector<std::uint8_t> rgb;
    rgb.reserve(width * session_.info.output_height * 3);
    if (!read_rows(session_, row.data(), rgb)) throw problem();
    return rgb;
  }

 private:
  [[nodiscard]] Error problem() const {
    return Error(ErrorCode::bad_data, fmt::format("JPEG: {}", session_.message));
  }
  Session session_;
};

/// As libjpeg understood them: the limits must hold for what it is going to do.
JpegHeader as_understood(const jpeg_decompress_struct& info, JpegHeader header) {
  header.process = info.arith_code != FALSE ? 9 : info.progressive_mode != FALSE ? 2 : 0;
  header.precision = info.data_precision;
  header.width = static_cast<int>(info.image_width);
  header.height = static_cast<int>(info.image_height);
  header.components = info.num_components;
  return header;
}

/// An image of several scans is held as coefficients until the last is read (jdcoefct.c).
std::int64_t coefficient_bytes(jpeg_decompress_struct& info) {
  if (jpeg_has_multiple_scans(&info) == FALSE) return 0;
  const auto rounded_up = [](std::int64_t blocks, int factor) {
    return (blocks + factor - 1) / factor * factor;
  };
  std::int64_t bytes = 0;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    bytes += rounded_up(component.width_in_blocks, component.h_samp_factor) *
             rounded_up(component.height_in_blocks, component.v_samp_factor) *
             std::int64_t{sizeof(JBLOCK)};
  }
  return bytes;
}

void check_memory(jpeg_decompress_struct& info, const DecodeLimits& limits) {
  const std::int64_t pixels = std::int64_t{info.image_width} * std::int64_t{info.image_height};
  const std::int64_t coefficients = coefficient_bytes(info);
  require(pixels * 3 + coefficients <= limits.max_bytes, ErrorCode::bad_data,
          "JPEG: {} x {} pixels{} need {} bytes, more than the limit of {} (--max-decode-memory)",
          info.image_width, info.image_height, coefficients > 0 ? " in several scans" : "",
          pixels * 3 + coefficients, limits.max_bytes);
}

const JpegHeader& checked(const JpegHeader& header, const DecodeLimits& limits) {
  check(header, limits);
  return header;
}

/// A file whose header is within the limits, by our own reading of it and by libjpeg's.
struct OpenedJpeg {
  OpenedJpeg(std::span<const std::uint8_t> encoded, const DecodeLimits& limits)
      : header(checked(read_jpeg_header(encoded), limits)),
        reader(encoded, limits),
        understood(checked(as_understood(reader.info(), header), limits)) {}

  JpegHeader header;
  JpegReader reader;
  JpegHeader understood;
};

}  // namespace

ImageInfo probe_jpeg(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  const OpenedJpeg jpeg(encoded, limits);
  const auto orientation = exif_orientation(jpeg.header.exif);
  return {ImageFormat::jpeg, jpeg.understood.width, jpeg.understood.height, orientation.value_or(1),
          !orientation};
}

Decoded decode_jpeg(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  OpenedJpeg jpeg(encoded, limits);
  auto& [header, reader, understood] = jpeg;
  check_memory(reader.info(), limits);
  Decoded decoded{{understood.height, understood.width, reader.read()}, ImageFormat::jpeg, {}};
  if (reader.warning()[0] != '\0') {
    decoded.notes.truncated = true;
    decoded.notes.texts.push_back(fmt::format("JPEG: {}", reader.warning()));
  }
  if (!exif_orientation(header.exif)) decoded.notes.texts.emplace_back(damaged_exif);
  if (understood.components == 4 && !header.adobe) {
    decoded.notes.texts.emplace_back(
        "JPEG: four colours without an Adobe marker are taken as inverted CMYK");
  }
  if (reader.bytes_left() > 0) decoded.notes.texts.push_back(bytes_behind(reader.bytes_left()));
  return decoded;
}

}  // namespace roiflow
