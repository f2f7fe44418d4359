/// Drawing on an image: lines, areas, text. Everything that would fall outside is cut off.
/// Private to this room; draw.hpp is the door.
#pragma once

#include <cstdint>
#include <string_view>

#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"
#include "stages/draw/draw.hpp"

namespace roiflow {

/// Pixels x0 <= x < x1, y0 <= y < y1.
struct PixelRect {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

class Canvas {
 public:
  explicit Canvas(Image image) : image_(std::move(image)) {}
  [[nodiscard]] const Image& image() const { return image_; }
  [[nodiscard]] Image take() { return std::move(image_); }

  /// opacity 1 replaces, 0 changes nothing.
  void fill(const PixelRect& rect, Colour colour, double opacity = 1);
  /// A frame of that thickness, inside the rectangle's edge.
  void frame(const PixelRect& rect, int thickness, Colour colour);
  /// The same, every second piece left out.
  void dashed_frame(const PixelRect& rect, int thickness, Colour colour);
  /// Tints the mask and draws its outline; the mask has the image's size.
  void mask(const Rle& mask, Colour colour, double opacity);
  /// Copies an image with its top-left corner at (x, y).
  void paste(const Image& image, int x, int y);
  /// `scale` pixels for each of the font's; (x, y) is the top-left corner.
  void text(std::string_view text, int x, int y, int scale, Colour colour);

 private:
  void blend(int x, int y, Colour colour, double opacity);
  Image image_;
};

[[nodiscard]] int text_width(std::string_view text, int scale);
[[nodiscard]] int text_height(int scale);

}  // namespace roiflow
