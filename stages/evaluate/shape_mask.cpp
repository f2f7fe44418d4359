#include "stages/evaluate/shape_mask.hpp"

#include <cmath>

#include "stages/core/error.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

void check_polygons(const ShapeView& shape) {
  constexpr double furthest = 1e6;
  constexpr std::uint32_t numbers_of_a_box = 4;
  require(!shape.ring_sizes.empty(), ErrorCode::bad_data,
          "segmentation: expected at least one polygon, found none");
  require(shape.ring_sizes[0] > numbers_of_a_box, ErrorCode::bad_data,
          "segmentation: expected a first polygon of more than two points (the COCO API takes four "
          "numbers for a box), found {} numbers",
          shape.ring_sizes[0]);
  for (const std::uint32_t size : shape.ring_sizes) {
    require(size >= 2, ErrorCode::bad_data,
            "segmentation: expected a polygon with a point, found {} numbers", size);
  }
  for (const double value : shape.coordinates) {
    require(std::abs(value) <= furthest, ErrorCode::bad_data,
            "segmentation: expected coordinates within a million pixels, found {}", value);
  }
}

}  // namespace

Rle mask_of(const ShapeView& shape) {
  if (shape.kind == ShapeKind::text) return from_text(shape.text, shape.height, shape.width);
  Rle rle{shape.height, shape.width, {shape.runs.begin(), shape.runs.end()}};
  check(rle);
  return rle;
}

void check(const ShapeView& shape) {
  if (shape.kind == ShapeKind::none) return;
  if (shape.kind == ShapeKind::polygons) return check_polygons(shape);
  (void)mask_of(shape);
}

MaskEnds add_shape(MaskArena& arena, const ShapeView& shape, int height, int width) {
  switch (shape.kind) {
    case ShapeKind::text:
      return arena.add_text(shape.text, shape.height, shape.width);
    case ShapeKind::runs:
      return arena.add_runs(shape.runs, shape.height, shape.width);
    case ShapeKind::polygons:
      return arena.add_runs(rasterise(shape.coordinates, shape.ring_sizes, height, width).runs,
                            height, width);
    case ShapeKind::none:
      break;
  }
  fail(ErrorCode::bad_data, "segmentation: a mask is needed, found none");
}

}  // namespace roiflow
