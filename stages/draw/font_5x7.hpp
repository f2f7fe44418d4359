/// A bitmap font of printable ASCII, 5 x 7 pixels a character. Private to this room.
#pragma once

#include <array>
#include <cstdint>

namespace roiflow {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 7;

/// Five columns from left to right; bit 0 is the top row. Characters without a glyph give that of
/// '?'.
using Glyph = std::array<std::uint8_t, glyph_width>;
[[nodiscard]] const Glyph& glyph(char character);

}  // namespace roiflow
