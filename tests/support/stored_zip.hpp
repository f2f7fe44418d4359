/// A zip archive made in memory, its entries stored: for readers that must not be helped by a
/// library. What a test wants to be wrong it changes in the bytes.
///
/// Source: APPNOTE.TXT of PKWARE, 4.3.7 (local header), 4.3.12 (central), 4.3.16 (end).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace roiflow::test {

class StoredZip {
 public:
  void add(std::string_view name, std::string_view content) {
    std::string fields = natural(20, 2) + natural(0, 2) + natural(0, 2);  // version, flags, stored
    fields +=
        natural(0, 2) + natural(0x21, 2) + natural(crc32(content), 4);  // time, date, check sum
    fields += natural(content.size(), 4) + natural(content.size(), 4) + natural(name.size(), 2);
    central_ += "PK\x01\x02" + natural(20, 2) + fields + natural(0, 2) + natural(0, 2);
    central_ += natural(0, 2) + natural(0, 2) + natural(0, 4) + natural(local_.size(), 4);
    central_ += name;
    local_ += "PK\x03\x04" + fields + natural(0, 2);
    local_ += name;
    local_ += content;
    ++entries_;
  }
  /// The whole archive.
  [[nodiscard]] std::string finish() const {
    return local_ + central_ + "PK\x05\x06" + natural(0, 2) + natural(0, 2) + natural(entries_, 2) +
           natural(entries_, 2) + natural(central_.size(), 4) + natural(local_.size(), 4) +
           natural(0, 2);
  }

  [[nodiscard]] static std::uint32_t crc32(std::string_view bytes) {
    static const auto table = [] {
      std::array<std::uint32_t, 256> made{};
      for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
          value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1U) : value >> 1U;
        }
        made[i] = value;
      }
      return made;
    }();
    std::uint32_t sum = 0xFFFFFFFFU;
    for (const char c : bytes)
      sum = table[(sum ^ static_cast<std::uint8_t>(c)) & 0xFFU] ^ (sum >> 8U);
    return ~sum;
  }
  /// Little-endian, `width` bytes.
  [[nodiscard]] static std::string natural(std::uint64_t value, int width) {
    std::string text;
    for (int i = 0; i < width; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
    return text;
  }

 private:
  std::string local_, central_;
  std::uint64_t entries_ = 0;
};

}  // namespace roiflow::test
