/// The check sums of a PNG's chunks, made right. (png 1.2, 5.3: length, type, data, sum.)
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/stored_zip.hpp"

namespace roiflow::fuzz {

/// Whether it is a PNG, and something was changed.
inline bool make_png_sums_right(std::span<std::uint8_t> png) {
  constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
  constexpr std::size_t around = 12;  // length, type and sum
  if (!as_text(png).starts_with(signature)) return false;
  bool changed = false;
  for (std::size_t at = signature.size(); png.size() - at >= around;) {
    std::size_t length = 0;
    for (const std::uint8_t byte : png.subspan(at, 4)) length = length << 8U | byte;
    if (length > png.size() - at - around) break;
    const std::uint32_t sum = test::StoredZip::crc32(as_text(png.subspan(at + 4, 4 + length)));
    for (unsigned i = 0; i < 4; ++i) {
      std::uint8_t& byte = png[at + 8 + length + i];
      const auto right = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
      changed = changed || byte != right;
      byte = right;
    }
    at += around + length;
  }
  return changed;
}

}  // namespace roiflow::fuzz
