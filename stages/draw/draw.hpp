/// Pictures for people: boxes, masks, labels and scores over an image.
///
///   image     8-bit RGB
///   objects   boxes in pixels of that image; masks of its size; drawn in the given order
///   out       a picture `zoom` times as large in both directions (pixels repeated), so that lines
///             and text stay fine on small images
///
/// A category has the same colour everywhere. Crowds have dashed frames. Text is ASCII; other
/// characters appear as '?'. Whatever lies outside the picture is cut off.
///
/// Error{bad_data} if pixels, masks or label maps do not fit the image's size.
///
/// Example: draw_objects(image, objects, {.zoom = 2}) of a 256 x 192 image is 512 x 384 pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stages/core/box.hpp"
#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

/// Bright, and well apart for neighbouring ids.
[[nodiscard]] Colour category_colour(std::int64_t category_id);

inline constexpr Colour ignore_colour{128, 128, 128};

struct DrawnObject {
  Box box;
  std::int64_t category_id = 0;  ///< decides the colour
  std::string label;             ///< e.g. "star 0.97"; may be empty
  bool crowd = false;
  std::optional<Rle> mask;
};

struct DrawStyle {
  int zoom = 1;
  double mask_opacity = 0.4;  ///< 0 .. 1
};

[[nodiscard]] Image draw_objects(const Image& image, std::span<const DrawnObject> objects,
                                 const DrawStyle& style = {});

/// Tints every labelled pixel with its category's colour; 0 stays as it is, `ignore_label` becomes
/// gray (ignore_colour).
[[nodiscard]] Image draw_label_map(const Image& image, const LabelMap& labels, int ignore_label,
                                   const DrawStyle& style = {});

/// Two pictures with a heading above each, tops aligned.
[[nodiscard]] Image side_by_side(const Image& left, std::string_view left_heading,
                                 const Image& right, std::string_view right_heading);

/// What a colour of a picture means.
struct LegendEntry {
  Colour colour;
  std::string text;
};

/// The picture with its legend below: for each entry a square of its colour and its text, in as
/// many lines as they need. Nothing is added without entries.
[[nodiscard]] Image with_legend(const Image& picture, std::span<const LegendEntry> entries);

/// A zoom with which an image of that size is well seen: the shorter side becomes at least 400
/// pixels, at most four times as large.
[[nodiscard]] int comfortable_zoom(int height, int width);

}  // namespace roiflow
