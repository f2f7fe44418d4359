#include "stages/decode/exif.hpp"

#include <cstddef>

namespace roiflow {
namespace {

class TiffBytes {
 public:
  explicit TiffBytes(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), big_endian_(bytes.size() > 1 && bytes[0] == 'M') {}

  [[nodiscard]] bool holds(std::size_t offset, std::size_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }
  /// `count` bytes as an unsigned number; the caller has asked holds() before.
  [[nodiscard]] std::uint32_t number(std::size_t offset, std::size_t count) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8U | bytes_[offset + (big_endian_ ? i : count - 1 - i)];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

std::optional<int> exif_orientation(std::span<const std::uint8_t> tiff) {
  constexpr std::uint32_t tiff_magic = 42;
  constexpr std::uint32_t orientation_tag = 0x0112;
  constexpr std::uint32_t type_short = 3;
  constexpr std::size_t entry_bytes = 12;

  if (tiff.empty()) return 1;
  const TiffBytes bytes(tiff);
  const bool marked = tiff.size() >= 8 && tiff[0] == tiff[1] && (tiff[0] == 'I' || tiff[0] == 'M');
  if (!marked || bytes.number(2, 2) != tiff_magic) return std::nullopt;
  const std::size_t directory = bytes.number(4, 4);
  if (!bytes.holds(directory, 2)) return std::nullopt;
  const std::size_t entries = bytes.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * entry_bytes;
    if (!bytes.holds(entry, entry_bytes)) return std::nullopt;
    if (bytes.number(entry, 2) != orientation_tag) continue;
    if (bytes.number(entry + 2, 2) != type_short || bytes.number(entry + 4, 4) != 1) {
      return std::nullopt;
    }
    const std::uint32_t value = bytes.number(entry + 8, 2);
    if (value < 1 || value > 8) return std::nullopt;
    return static_cast<int>(value);
  }
  return 1;
}

}  // namespace roiflow
