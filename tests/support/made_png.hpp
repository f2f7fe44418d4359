/// PNG files made by the test, chunk by chunk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <zlib.h>

namespace roiflow::test {

inline std::vector<std::uint8_t> big_endian_bytes(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
          static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

inline std::vector<std::uint8_t> deflated(const std::vector<std::uint8_t>& raw) {
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  std::vector<std::uint8_t> bytes(size);
  compress2(bytes.data(), &size, raw.data(), static_cast<uLong>(raw.size()), 9);
  bytes.resize(size);
  return bytes;
}

/// A PNG file under construction; every function appends.
class MadePng {
 public:
  /// Signature and header. `kind`: 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGB + alpha.
  MadePng(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t kind,
          std::uint8_t interlaced = 0)
      : bytes_{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'} {
    std::vector<std::uint8_t> header = big_endian_bytes(width);
    for (const std::uint8_t byte : big_endian_bytes(height)) header.push_back(byte);
    header.insert(header.end(), {depth, kind, 0, 0, interlaced});
    chunk("IHDR", header);
  }

  /// `said`: the length that the chunk claims to have; `crc_error`: what to spoil the sum with.
  MadePng& chunk(const std::string& type, const std::vector<std::uint8_t>& body, std::int64_t said,
                 std::uint32_t crc_error) {
    append(big_endian_bytes(static_cast<std::uint32_t>(said)));
    std::vector<std::uint8_t> summed(type.begin(), type.end());
    summed.insert(summed.end(), body.begin(), body.end());
    append(summed);
    const uLong sum = crc32(0, summed.data(), static_cast<uInt>(summed.size()));
    append(big_endian_bytes(static_cast<std::uint32_t>(sum) ^ crc_error));
    return *this;
  }
  MadePng& chunk(const std::string& type, const std::vector<std::uint8_t>& body) {
    return chunk(type, body, static_cast<std::int64_t>(body.size()), 0);
  }
  /// The rows, each with its filter byte, as one IDAT.
  MadePng& rows(const std::vector<std::uint8_t>& raw) { return chunk("IDAT", deflated(raw)); }

  [[nodiscard]] std::vector<std::uint8_t> end() {
    chunk("IEND", {});
    return bytes_;
  }
  [[nodiscard]] const std::vector<std::uint8_t>& unfinished() const { return bytes_; }

 private:
  void append(const std::vector<std::uint8_t>& more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  std::vector<std::uint8_t> bytes_;
};

/// 2 x 2 pixels: red, green, blue, white.
inline MadePng small_png() {
  return MadePng(2, 2, 8, 2);
}
inline const std::vector<std::uint8_t> small_rows{0, 255, 0, 0,   0,   255, 0,
                                                  0, 0,   0, 255, 255, 255, 255};
inline const std::vector<std::uint8_t> small_pixels{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};

}  // namespace roiflow::test
