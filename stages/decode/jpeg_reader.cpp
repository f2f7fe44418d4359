#include "stages/decode/jpeg_reader.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it first
#include <cstring>

#include <jpeglib.h>

#include "stages/core/error.hpp"
#include "stages/decode/exif.hpp"

namespace roiflow {
namespace {

/// Everything that libjpeg and the escape from it need, without constructors: the functions below
/// that call setjmp hold nothing that a longjmp could forget to destroy.
struct Session {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf escape;
  int max_scans;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto& session = *static_cast<Session*>(info->client_data);
  info->err->format_message(info, session.message);
  std::longjmp(session.escape, 1);
}

/// A warning (level -1) means that libjpeg goes on with guessed pixels; traces are not for us.
void on_message(j_common_ptr info, int level) {
  if (level < 0) on_error(info);
}

void on_progress(j_common_ptr info) {
  auto& session = *static_cast<Session*>(info->client_data);
  if (session.info.input_scan_number <= session.max_scans) return;
  std::snprintf(session.message, sizeof session.message, "more than %d progressive scans",
                session.max_scans);
  std::longjmp(session.escape, 1);
}

bool read_header(Session& session, const std::uint8_t* bytes, std::size_t size) {
  if (setjmp(session.escape) != 0) return false;
  jpeg_create_decompress(&session.info);
  session.info.progress = &session.progress;
  jpeg_mem_src(&session.info, bytes, size);
  constexpr unsigned longest_marker = 0xFFFF;
  jpeg_save_markers(&session.info, JPEG_APP0 + 1, longest_marker);
  jpeg_read_header(&session.info, TRUE);
  return true;
}

bool start(Session& session, J_COLOR_SPACE colours) {
  if (setjmp(session.escape) != 0) return false;
  session.info.out_color_space = colours;
  jpeg_start_decompress(&session.info);
  return true;
}

/// Reads to the end-of-image marker, so that a file cut behind the last visible row is noticed too.
bool read_rows(Session& session, std::uint8_t* pixels, std::size_t row_bytes) {
  if (setjmp(session.escape) != 0) return false;
  while (session.info.output_scanline < session.info.output_height) {
    JSAMPROW row = pixels + session.info.output_scanline * row_bytes;
    jpeg_read_scanlines(&session.info, &row, 1);
  }
  jpeg_finish_decompress(&session.info);
  return true;
}

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::uint8_t> encoded, int max_scans) {
    session_.info.err = jpeg_std_error(&session_.errors);
    session_.errors.error_exit = on_error;
    session_.errors.emit_message = on_message;
    session_.progress.progress_monitor = on_progress;
    session_.info.client_data = &session_;
    session_.max_scans = max_scans;
    if (!read_header(session_, encoded.data(), encoded.size())) {
      const Error error = problem();
      jpeg_destroy_decompress(&session_.info);
      throw error;
    }
  }
  ~JpegReader() { jpeg_destroy_decompress(&session_.info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  [[nodiscard]] const jpeg_decompress_struct& info() const { return session_.info; }

  void read(std::uint8_t* pixels, J_COLOR_SPACE colours) {
    if (!start(session_, colours)) throw problem();
    const auto row_bytes = static_cast<std::size_t>(session_.info.output_width) *
                           static_cast<std::size_t>(session_.info.output_components);
    if (!read_rows(session_, pixels, row_bytes)) throw problem();
  }

 private:
  [[nodiscard]] Error problem() const {
    return Error(ErrorCode::bad_data, fmt::format("JPEG: {}", session_.message));
  }
  Session session_{};
};

int orientation_of(const jpeg_decompress_struct& info) {
  constexpr char exif[] = "Exif\0";  // the literal's own zero is the sixth byte
  for (const jpeg_marker_struct* m = info.marker_list; m != nullptr; m = m->next) {
    if (m->marker != JPEG_APP0 + 1 || m->data_length < sizeof exif) continue;
    if (std::memcmp(m->data, exif, sizeof exif) != 0) continue;
    return exif_orientation({m->data + sizeof exif, m->data_length - sizeof exif});
  }
  return 1;
}

void check(const jpeg_decompress_struct& info, const DecodeLimits& limits) {
  const std::int64_t pixels = std::int64_t{info.image_width} * std::int64_t{info.image_height};
  require(pixels <= limits.max_pixels, ErrorCode::bad_data,
          "JPEG: the header says {} x {} pixels, more than the limit of {}", info.image_width,
          info.image_height, limits.max_pixels);
  require(info.arith_code == FALSE, ErrorCode::bad_data,
          "JPEG: arithmetic coding is not supported, only Huffman coding");
  const int components = info.num_components;
  require(components == 1 || components == 3 || components == 4, ErrorCode::bad_data,
          "JPEG: expected 1, 3 or 4 colour components, found {}", components);
}

/// Pillow's arithmetic (Convert.c, cmyk2rgb) on values that are stored inverted.
void cmyk_to_rgb(std::span<std::uint8_t> rgb, std::span<const std::uint8_t> inverted_cmyk) {
  const auto times = [](int a, int b) {  // a * b / 255, rounded
    const int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  };
  const std::size_t pixels = rgb.size() / 3;
  for (std::size_t i = 0; i < pixels; ++i) {
    const int white = inverted_cmyk[i * 4 + 3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const int ink = 255 - inverted_cmyk[i * 4 + channel];
      rgb[i * 3 + channel] = static_cast<std::uint8_t>(white - times(ink, white));
    }
  }
}

}  // namespace

ImageInfo probe_jpeg(std::span<const std::uint8_t> encoded) {
  const JpegReader reader(encoded, DecodeLimits{}.max_scans);
  return {ImageFormat::jpeg, static_cast<int>(reader.info().image_width),
          static_cast<int>(reader.info().image_height), orientation_of(reader.info())};
}

Image decode_jpeg(std::span<const std::uint8_t> encoded, const DecodeLimits& limits) {
  JpegReader reader(encoded, limits.max_scans);
  check(reader.info(), limits);
  Image image;
  image.height = static_cast<int>(reader.info().image_height);
  image.width = static_cast<int>(reader.info().image_width);
  const auto pixels =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  image.rgb.resize(pixels * 3);
  if (reader.info().num_components == 4) {
    std::vector<std::uint8_t> cmyk(pixels * 4);
    reader.read(cmyk.data(), JCS_CMYK);
    cmyk_to_rgb(image.rgb, cmyk);
  } else {
    reader.read(image.rgb.data(), JCS_RGB);
  }
  return image;
}

}  // namespace roiflow
