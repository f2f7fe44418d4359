/// The picture before it is encoded: pixels, and which entity is visible where. Private to this
/// room.
///
/// An entity is what gets one annotation: a single shape, or a crowd of tiny ones. Its mask are the
/// pixels of which it covers at least half and that nothing later covers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/synth/shapes.hpp"

namespace roiflow {

struct Entity {
  ShapeClass shape = ShapeClass::circle;
  bool crowd = false;
  int pixels = 0;   ///< its mask if nothing hid it, also outside the image
  int visible = 0;  ///< its mask
};

class Scene {
 public:
  Scene(int height, int width, Random& random);

  /// Tries to add a shape of that area (square pixels) somewhere; false if at none of the tried
  /// places everything stays visible enough.
  bool add_shape(ShapeClass shape, double area, Random& random);
  /// Adds a cluster of tiny shapes; to be called before anything else is in the picture.
  void add_crowd(ShapeClass shape, Random& random);

  [[nodiscard]] const Image& image() const { return image_; }
  [[nodiscard]] const std::vector<Entity>& entities() const { return entities_; }
  /// 1 where the entity is visible; [height, width] row-major.
  [[nodiscard]] std::vector<std::uint8_t> mask_of(std::size_t entity) const;
  [[nodiscard]] LabelMap label_map() const;

 private:
  [[nodiscard]] bool fits(const Coverage& coverage) const;
  /// Draws the shape as a part of the last entity.
  void draw(const Outline& outline, double scale, Point centre, Random& random);
  void take(std::size_t pixel);
  [[nodiscard]] std::size_t pixel_at(int y, int x) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
           static_cast<std::size_t>(x);
  }

  Image image_;
  std::vector<Entity> entities_;
  std::vector<std::uint8_t> owner_;  ///< [height, width]: entity + 1, or 0
};

}  // namespace roiflow
