/// Numbers and texts as bytes, little-endian, and back with every length checked.
///
/// Example: std::string bytes; put(bytes, std::int64_t{7}); put_text(bytes, "x");
///          ByteReader in(bytes); in.take<std::int64_t>() == 7; in.take_text() == "x";
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "stages/core/error.hpp"

namespace roiflow {

static_assert(std::endian::native == std::endian::little, "the bytes are taken as they are");

template <class T>
void put(std::string& bytes, T value) {
  const auto raw = std::bit_cast<std::array<char, sizeof(T)>>(value);
  bytes.append(raw.data(), raw.size());
}

/// LEB128: seven bits a byte, lowest first; small numbers are short.
inline void put_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
}

inline void put_text(std::string& bytes, std::string_view text) {
  put_varint(bytes, text.size());
  bytes += text;
}

/// Every take throws Error{bad_data} if the bytes do not hold it.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    std::array<char, sizeof(T)> raw;
    std::memcpy(raw.data(), take_bytes(sizeof(T)).data(), sizeof(T));
    return std::bit_cast<T>(raw);
  }
  std::uint64_t take_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take_bytes(1)[0]);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    fail(ErrorCode::bad_data, "a number is too long");
  }
  /// A number of things of at least `least_bytes` each that are to follow.
  std::size_t take_count(std::size_t least_bytes) {
    const std::uint64_t count = take_varint();
    require(count <= bytes_.size() / least_bytes, ErrorCode::bad_data,
            "{} things are announced, but only {} bytes follow", count, bytes_.size());
    return static_cast<std::size_t>(count);
  }
  std::string_view take_text() { return take_bytes(take_count(1)); }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take_bytes(std::size_t count) {
    require(count <= bytes_.size(), ErrorCode::bad_data, "{} bytes are needed, found {}", count,
            bytes_.size());
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  std::string_view bytes_;
};

}  // namespace roiflow
