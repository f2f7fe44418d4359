/// Segmentations as masks, and whether they are any: the latter is what the readers of files ask
/// before, or the evaluation's caller after it has failed, to name the row.
#pragma once

#include "stages/evaluate/shape_pool.hpp"
#include "stages/masks/mask_ends.hpp"

namespace roiflow {

/// Error{bad_data} with the reason: run lengths that do not fill their mask or are no run lengths;
/// no polygon, a first one of two points (the COCO API would take its four numbers for a box), a
/// coordinate that is not within a million pixels. ShapeKind::none passes.
void check(const ShapeView& shape);

/// The mask of a shape of kind runs or text. Error{bad_data} as check().
[[nodiscard]] Rle mask_of(const ShapeView& shape);

/// Puts the mask of a shape into the arena; polygons on an image of height x width. Error{bad_data}
/// as check(), and for ShapeKind::none.
[[nodiscard]] MaskEnds add_shape(MaskArena& arena, const ShapeView& shape, int height, int width);

}  // namespace roiflow
