/// Whether a segmentation can be evaluated: what the readers of files ask before, or the
/// evaluation's caller after it has failed, to name the row.
#pragma once

#include "stages/evaluate/shape_pool.hpp"

namespace roiflow {

/// Error{bad_data} with the reason: run lengths that do not fill their mask or are no run lengths;
/// no polygon, a first one of two points (the COCO API would take its four numbers for a box), a
/// coordinate that is not within a million pixels. ShapeKind::none passes.
void check(const ShapeView& shape);

/// The mask of a shape of kind runs or text. Error{bad_data} as check().
[[nodiscard]] Rle mask_of(const ShapeView& shape);

}  // namespace roiflow
