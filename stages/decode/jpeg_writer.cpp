#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it first
#include <cstdlib>

#include <jpeglib.h>

#include "stages/core/error.hpp"
#include "stages/decode/encode.hpp"

namespace roiflow {
namespace {

/// As in jpeg_reader.cpp: nothing here needs a destructor, so longjmp may leave it.
struct Session {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  std::jmp_buf escape;
  unsigned char* bytes;  // malloc'ed by libjpeg
  unsigned long size;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto& session = *static_cast<Session*>(info->client_data);
  info->err->format_message(info, session.message);
  std::longjmp(session.escape, 1);
}

bool write(Session& session, const Image& image, int quality) {
  if (setjmp(session.escape) != 0) return false;
  jpeg_create_compress(&session.info);
  jpeg_mem_dest(&session.info, &session.bytes, &session.size);
  session.info.image_width = static_cast<JDIMENSION>(image.width);
  session.info.image_height = static_cast<JDIMENSION>(image.height);
  session.info.input_components = 3;
  session.info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&session.info);
  jpeg_set_quality(&session.info, quality, TRUE);
  jpeg_start_compress(&session.info, TRUE);
  while (session.info.next_scanline < session.info.image_height) {
    const std::uint8_t* pixels =
        image.rgb.data() + std::size_t{3} * session.info.image_width * session.info.next_scanline;
    auto* row = const_cast<JSAMPROW>(pixels);  // libjpeg does not write to it
    jpeg_write_scanlines(&session.info, &row, 1);
  }
  jpeg_finish_compress(&session.info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  require(image.height >= 1 && image.width >= 1 && image.height <= JPEG_MAX_DIMENSION &&
              image.width <= JPEG_MAX_DIMENSION,
          ErrorCode::bad_data, "JPEG: an image must have 1 to {} pixels a side, found {} x {}",
          JPEG_MAX_DIMENSION, image.width, image.height);
  const auto expected = std::size_t{3} * static_cast<std::size_t>(image.height) *
                        static_cast<std::size_t>(image.width);
  require(image.rgb.size() == expected, ErrorCode::bad_data,
          "JPEG: {} x {} pixels need {} bytes, found {}", image.width, image.height, expected,
          image.rgb.size());
  require(quality >= 1 && quality <= 100, ErrorCode::bad_data,
          "JPEG: the quality must be 1 to 100, found {}", quality);
  Session session{};
  session.info.err = jpeg_std_error(&session.errors);
  session.errors.error_exit = on_error;
  session.info.client_data = &session;
  const bool written = write(session, image, quality);
  std::vector<std::uint8_t> bytes;
  if (written) bytes.assign(session.bytes, session.bytes + session.size);
  jpeg_destroy_compress(&session.info);
  std::free(session.bytes);
  require(written, ErrorCode::bad_data, "JPEG: {}", session.message);
  return bytes;
}

}  // namespace roiflow
