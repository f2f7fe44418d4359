/// Anchors: the reference boxes of a region proposal network, one set per pyramid level.
///
///   cell anchors   per level, aspect_ratios x sizes boxes around the origin
///   anchor (y, x, a) of a level = cell anchor a moved by (x * stride_x, y * stride_y)
///
/// Coordinates are pixels of the padded network input; an anchor of cell (0, 0) is centred on the
/// top-left corner of the image, not on a pixel. A level's anchors are numbered (y, x, a), a
/// fastest: the order of an NHWC objectness map.
///
/// Conventions:
///   torchvision   anchor_utils.AnchorGenerator, float32: cell anchors ratio-major, rounded to
///                 whole pixels (half to even); the stride is the integer quotient of the padded
///                 size and the grid size, for each axis on its own: 800 rows on a grid of 13 give
///                 61, not 64
///   detectron2    DefaultAnchorGenerator with offset 0: cell anchors size-major, not rounded,
///                 computed in double; the stride is the power of two next to that quotient
///
/// Example: size 32, ratios {0.5, 1, 2}: {-23 -11 23 11}, {-16 -16 16 16}, {-11 -23 11 23}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/core/box.hpp"

namespace roiflow {

enum class AnchorConvention { torchvision, detectron2 };

/// Throws Error{usage} that lists the known names.
[[nodiscard]] AnchorConvention anchor_convention(std::string_view name);

struct AnchorParams {
  /// Per level: square roots of the areas, in pixels of the network input.
  std::vector<std::vector<float>> sizes = {{32}, {64}, {128}, {256}, {512}};
  std::vector<float> aspect_ratios = {0.5F, 1, 2};  ///< height / width, the same for every level
  AnchorConvention convention = AnchorConvention::torchvision;
};

/// The anchors of one level; nothing is stored but the cell, every box is computed when asked for.
/// On a GPU as well, if that is where the cell lies.
struct AnchorGrid {
  std::span<const Box> cell;
  std::int64_t width = 0;  ///< columns of the grid
  std::int64_t stride_y = 0, stride_x = 0;

  /// Anchor number `index` in (y, x, a) order.
  [[nodiscard]] constexpr Box operator[](std::int64_t index) const {
    const auto per_cell = static_cast<std::int64_t>(cell.size());
    const std::int64_t position = index / per_cell;
    const Box& base = cell[static_cast<std::size_t>(index % per_cell)];
    const std::int64_t column = position % width, row = position / width;
    const auto x = static_cast<float>(column * stride_x);
    const auto y = static_cast<float>(row * stride_y);
    return {x + base.x0, y + base.y0, x + base.x1, y + base.y1};
  }
};

class Anchors {
 public:
  /// Throws Error{bad_data} if a size or ratio is not positive, or there is none.
  explicit Anchors(const AnchorParams& params);

  [[nodiscard]] std::size_t levels() const { return cells_.size(); }
  [[nodiscard]] std::span<const Box> cell(std::size_t level) const { return cells_[level]; }

  /// The anchors of a grid of grid_height x grid_width cells over a padded_height x padded_width
  /// input. The view lives as long as this object.
  [[nodiscard]] AnchorGrid grid(std::size_t level, std::int64_t grid_height,
                                std::int64_t grid_width, int padded_height, int padded_width) const;

 private:
  AnchorConvention convention_;
  std::vector<std::vector<Box>> cells_;
};

}  // namespace roiflow
