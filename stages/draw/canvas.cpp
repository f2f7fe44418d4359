#include "stages/draw/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "stages/draw/font_5x7.hpp"

namespace roiflow {
namespace {

constexpr int letter_spacing = 1;

/// UTF-8: the second and later bytes of a character; only the first one is drawn (as '?').
bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

int drawn_characters(std::string_view text) {
  return static_cast<int>(
      text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_a_character)));
}

std::vector<std::uint8_t> row_major(const Rle& rle) {
  const auto height = static_cast<std::size_t>(rle.height);
  const auto width = static_cast<std::size_t>(rle.width);
  std::vector<std::uint8_t> mask(height * width);
  std::size_t at = 0;
  bool inside = false;
  for (const std::uint32_t run : rle.runs) {
    const std::size_t end = std::min(at + run, mask.size());
    if (!inside) at = end;
    for (; at < end; ++at) mask[at % height * width + at / height] = 1;
    inside = !inside;
  }
  return mask;
}

}  // namespace

void Canvas::blend(int x, int y, Colour colour, double opacity) {
  if (x < 0 || y < 0 || x >= image_.width || y >= image_.height) return;
  const std::array<std::uint8_t, 3> to{colour.red, colour.green, colour.blue};
  std::uint8_t* const pixel =
      image_.rgb.data() + (static_cast<std::ptrdiff_t>(y) * image_.width + x) * 3;
  for (std::size_t c = 0; c < 3; ++c) {
    pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + (to[c] - pixel[c]) * opacity));
  }
}

void Canvas::fill(const PixelRect& rect, Colour colour, double opacity) {
  for (int y = std::max(0, rect.y0); y < std::min(image_.height, rect.y1); ++y) {
    for (int x = std::max(0, rect.x0); x < std::min(image_.width, rect.x1); ++x) {
      blend(x, y, colour, opacity);
    }
  }
}

void Canvas::frame(const PixelRect& rect, int thickness, Colour colour) {
  const auto& [x0, y0, x1, y1] = rect;
  fill({x0, y0, x1, std::min(y0 + thickness, y1)}, colour);
  fill({x0, std::max(y1 - thickness, y0), x1, y1}, colour);
  fill({x0, y0, std::min(x0 + thickness, x1), y1}, colour);
  fill({std::max(x1 - thickness, x0), y0, x1, y1}, colour);
}

void Canvas::dashed_frame(const PixelRect& rect, int thickness, Colour colour) {
  const auto& [x0, y0, x1, y1] = rect;
  const int dash = 4 * thickness;
  for (int x = x0; x < x1; x += 2 * dash) {
    fill({x, y0, std::min(x + dash, x1), y0 + thickness}, colour);
    fill({x, y1 - thickness, std::min(x + dash, x1), y1}, colour);
  }
  for (int y = y0; y < y1; y += 2 * dash) {
    fill({x0, y, x0 + thickness, std::min(y + dash, y1)}, colour);
    fill({x1 - thickness, y, x1, std::min(y + dash, y1)}, colour);
  }
}

void Canvas::mask(const Rle& mask, Colour colour, double opacity) {
  const auto set = row_major(mask);
  const auto inside = [&](int y, int x) {
    return y >= 0 && x >= 0 && y < mask.height && x < mask.width &&
           set[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
               static_cast<std::size_t>(x)] != 0;
  };
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (!inside(y, x)) continue;
      const bool edge =
          !inside(y - 1, x) || !inside(y + 1, x) || !inside(y, x - 1) || !inside(y, x + 1);
      blend(x, y, colour, edge ? 1 : opacity);
    }
  }
}

void Canvas::paste(const Image& image, int x, int y) {
  for (int row = 0; row < image.height; ++row) {
    for (int column = 0; column < image.width; ++column) {
      const std::uint8_t* from =
          image.rgb.data() + (static_cast<std::ptrdiff_t>(row) * image.width + column) * 3;
      blend(x + column, y + row, {from[0], from[1], from[2]}, 1);
    }
  }
}

void Canvas::text(std::string_view text, int x, int y, int scale, Colour colour) {
  for (const char character : text) {
    if (continues_a_character(character)) continue;
    const Glyph& columns = glyph(character);
    for (int column = 0; column < glyph_width; ++column) {
      const unsigned rows = columns[static_cast<std::size_t>(column)];
      for (int row = 0; row < glyph_height; ++row) {
        if ((rows >> static_cast<unsigned>(row) & 1U) == 0) continue;
        const int left = x + column * scale;
        const int top = y + row * scale;
        fill({left, top, left + scale, top + scale}, colour);
      }
    }
    x += (glyph_width + letter_spacing) * scale;
  }
}

int text_width(std::string_view text, int scale) {
  return std::max(0, drawn_characters(text) * (glyph_width + letter_spacing) - letter_spacing) *
         scale;
}

int text_height(int scale) {
  return glyph_height * scale;
}

}  // namespace roiflow
