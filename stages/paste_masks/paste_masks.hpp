/// Paste masks: a detection's M x M probabilities become the run lengths of a mask of the image.
///
///   probabilities   [M, M]   0 .. 1, rows down, spread over the box
///   original_px     the detection's box in pixels of the original image
///   out             Rle of height x width, set where the interpolated probability > threshold
///                   (detectron2: >= threshold)
///
/// Conventions. torchvision: the mask gets a border of one zero cell, the box grows with it (by (M
/// + 2) / M about its centre) and is cut to whole pixels (towards zero); the bordered mask is
/// stretched over these pixels bilinearly (cell centres at integer + 0.5) and what lies outside the
/// image is cut off. detectron2: a pixel takes the probability at its centre, the box is not cut to
/// whole pixels, and the border of zeros lies around it. An image-sized mask is never made: the
/// work is proportional to the box's visible columns times M, plus the pixels near the outline. A
/// box with a NaN coordinate gives an empty mask.
///
/// Reference: torchvision paste_masks_in_image (padding 1) or detectron2 layers/mask_ops.py, and a
/// comparison; float32. Equal but for pixels whose probability is within 1e-5 of the threshold.
/// Throws Error{bad_data} if the mask is not square or the image has no size. No state.
/// Example: a 1 x 1 mask {1}, box {2 2 4 4}, a 6 x 6 image: the box grows to {0 0 6 6}, 7 x 7
/// pixels from (0, 0); the pixel (3, 3) and its four neighbours are set: runs {15 1 4 3 4 1 8}.
#pragma once

#include <string_view>

#include "stages/core/box.hpp"
#include "stages/core/detection.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow {

enum class PasteConvention { torchvision, detectron2 };

/// Throws Error{usage} that lists the known names.
[[nodiscard]] PasteConvention paste_convention(std::string_view name);

Rle paste_mask(TensorView<const float, 2> probabilities, const Box& original_px, int height,
               int width, float threshold = 0.5F,
               PasteConvention convention = PasteConvention::torchvision);

}  // namespace roiflow
