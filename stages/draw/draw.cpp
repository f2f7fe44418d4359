#include "stages/draw/draw.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/draw/canvas.hpp"

namespace roiflow {
namespace {

constexpr Colour white{255, 255, 255};
constexpr Colour black{0, 0, 0};

void check(const Image& image, const DrawStyle& style) {
  const auto expected =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3;
  require(image.height > 0 && image.width > 0 && image.rgb.size() == expected, ErrorCode::bad_data,
          "draw: {} x {} pixels need {} bytes, found {}", image.width, image.height, expected,
          image.rgb.size());
  require(style.zoom >= 1 && style.zoom <= 16, ErrorCode::usage,
          "draw: the zoom must be 1 .. 16, found {}", style.zoom);
}

Image enlarged(const Image& image, int zoom) {
  if (zoom == 1) return image;
  Image out{image.height * zoom, image.width * zoom, {}};
  out.rgb.reserve(image.rgb.size() * static_cast<std::size_t>(zoom) *
                  static_cast<std::size_t>(zoom));
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const auto from = image.rgb.begin() + (std::ptrdiff_t{y / zoom} * image.width + x / zoom) * 3;
      out.rgb.insert(out.rgb.end(), from, from + 3);
    }
  }
  return out;
}

/// Small pictures have thin lines and small letters.
int line_thickness(const Image& picture) {
  return std::max(1, std::min(picture.height, picture.width) / 300);
}
int text_scale(const Image& picture) {
  return std::max(1, (std::min(picture.height, picture.width) + 200) / 300);
}

/// Black or white, whichever is easier to read on the colour.
Colour readable_on(Colour colour) {
  const int brightness = 299 * colour.red + 587 * colour.green + 114 * colour.blue;
  return brightness > 140 * 1000 ? black : white;
}

PixelRect enlarged(const Box& box, const Image& picture, int zoom) {
  // Far-away and infinite boxes must not overflow; beyond the edge nothing is seen anyway.
  const auto pixel = [&](float value, int size) {
    if (std::isnan(value)) return -1;
    const double inside = std::clamp(static_cast<double>(value) * zoom, -1.0, size + 1.0);
    return static_cast<int>(std::lround(inside));
  };
  return {pixel(box.x0, picture.width), pixel(box.y0, picture.height), pixel(box.x1, picture.width),
          pixel(box.y1, picture.height)};
}

/// Above the box if there is room, else inside it; moved left if it would leave the picture.
void draw_label(Canvas& canvas, const PixelRect& box, const std::string& label, Colour colour) {
  if (label.empty()) return;
  const int scale = text_scale(canvas.image());
  const int width = text_width(label, scale) + 2 * scale;
  const int height = text_height(scale) + 2 * scale;
  const int x = std::max(0, std::min(box.x0, canvas.image().width - width));
  const int y = box.y0 >= height ? box.y0 - height : std::max(0, box.y0);
  canvas.fill({x, y, x + width, y + height}, colour, 0.85);
  canvas.text(label, x + scale, y + scale, scale, readable_on(colour));
}

}  // namespace

Colour category_colour(std::int64_t category_id) {
  // Hues a golden angle apart, so that any few neighbours differ; three levels of brightness.
  constexpr double golden_ratio = 0.61803398874989485;
  const auto id = static_cast<double>(category_id);
  const double hue = id * golden_ratio - std::floor(id * golden_ratio);
  const double value = 255.0 - 35.0 * static_cast<double>((category_id % 3 + 3) % 3);
  const auto channel = [&](double shift) {
    const double position = hue + shift - std::floor(hue + shift);
    const double strength = std::clamp(std::abs(position * 6 - 3) - 1, 0.0, 1.0);
    return static_cast<std::uint8_t>(value * (0.15 + 0.85 * strength));
  };
  return {channel(0), channel(2.0 / 3), channel(1.0 / 3)};
}

Image draw_objects(const Image& image, std::span<const DrawnObject> objects,
                   const DrawStyle& style) {
  check(image, style);
  Canvas tinted(image);
  for (const DrawnObject& object : objects) {
    if (!object.mask) continue;
    require(object.mask->height == image.height && object.mask->width == image.width,
            ErrorCode::bad_data, "draw: a mask is {} x {} pixels, its image {} x {}",
            object.mask->width, object.mask->height, image.width, image.height);
    tinted.mask(*object.mask, category_colour(object.category_id), style.mask_opacity);
  }
  Canvas picture(enlarged(tinted.take(), style.zoom));
  const int thickness = line_thickness(picture.image());
  for (const DrawnObject& object : objects) {
    const PixelRect box = enlarged(object.box, picture.image(), style.zoom);
    const Colour colour = category_colour(object.category_id);
    if (object.crowd) {
      picture.dashed_frame(box, thickness, colour);
    } else {
      picture.frame(box, thickness, colour);
    }
  }
  for (const DrawnObject& object : objects) {  // above all frames
    draw_label(picture, enlarged(object.box, picture.image(), style.zoom), object.label,
               category_colour(object.category_id));
  }
  return picture.take();
}

Image draw_label_map(const Image& image, const LabelMap& labels, int ignore_label,
                     const DrawStyle& style) {
  check(image, style);
  require(labels.height == image.height && labels.width == image.width &&
              labels.labels.size() * 3 == image.rgb.size(),
          ErrorCode::bad_data, "draw: the label map is {} x {} pixels, its image {} x {}",
          labels.width, labels.height, image.width, image.height);
  Canvas canvas(image);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int label =
          labels.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                        static_cast<std::size_t>(x)];
      if (label == 0) continue;
      const Colour colour = label == ignore_label ? ignore_colour : category_colour(label);
      canvas.fill({x, y, x + 1, y + 1}, colour, 0.65);
    }
  }
  return enlarged(canvas.take(), style.zoom);
}

Image side_by_side(const Image& left, std::string_view left_heading, const Image& right,
                   std::string_view right_heading) {
  check(left, {});
  check(right, {});
  const int scale = std::max(text_scale(left), text_scale(right));
  const int heading = text_height(scale) + 4 * scale;
  const int gap = 4 * scale;
  Image blank{heading + std::max(left.height, right.height), left.width + gap + right.width, {}};
  blank.rgb.assign(
      static_cast<std::size_t>(blank.height) * static_cast<std::size_t>(blank.width) * 3, 255);
  Canvas canvas(std::move(blank));
  canvas.paste(left, 0, heading);
  canvas.paste(right, left.width + gap, heading);
  canvas.text(left_heading, 2 * scale, 2 * scale, scale, black);
  canvas.text(right_heading, left.width + gap + 2 * scale, 2 * scale, scale, black);
  return canvas.take();
}

Image with_legend(const Image& picture, std::span<const LegendEntry> entries) {
  check(picture, {});
  if (entries.empty()) return picture;
  const int scale = text_scale(picture);
  const int side = text_height(scale), gap = 2 * scale, line = side + 2 * gap;
  struct Spot {
    int x = 0, line = 0;
  };
  std::vector<Spot> spots;
  Spot next{gap, 0};
  for (const LegendEntry& entry : entries) {
    const int width = side + gap + text_width(entry.text, scale) + 2 * gap;
    if (next.x > gap && next.x + width > picture.width) next = {gap, next.line + 1};
    spots.push_back(next);
    next.x += width;
  }
  Image blank{picture.height + (next.line + 1) * line, picture.width, picture.rgb};
  blank.rgb.resize(
      static_cast<std::size_t>(blank.height) * static_cast<std::size_t>(blank.width) * 3, 255);
  Canvas canvas(std::move(blank));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const int x = spots[i].x, y = picture.height + spots[i].line * line + gap;
    canvas.fill({x, y, x + side, y + side}, entries[i].colour);
    canvas.text(entries[i].text, x + side + gap, y, scale, black);
  }
  return canvas.take();
}

int comfortable_zoom(int height, int width) {
  constexpr int comfortable = 400;
  const int shorter = std::max(1, std::min(height, width));
  return std::clamp((comfortable + shorter - 1) / shorter, 1, 4);
}

}  // namespace roiflow
