/// RoI max pooling: cuts every region out of a feature map and keeps the largest value of each bin.
///
///   features [h, w, channels]               float32 of one image
///   rois     boxes in pixels of the resized image
///   out      [rois, bins, bins, channels]   written completely
///
/// A region's corners are rounded to whole feature pixels (half away from zero), both ends belong
/// to it, and it is at least one pixel wide and high. Bin i of n reaches from floor(i * size / n)
/// to ceil((i + 1) * size / n), so neighbouring bins may share pixels; what lies outside the map is
/// left out, and a bin that lies outside completely is 0. NaN is never the largest value; a bin of
/// nothing else is the lowest float. A region with a NaN or infinite coordinate gives zeros.
///
/// Reference: Girshick, "Fast R-CNN", 2015, section 2.1; torchvision.ops.roi_pool (CPU), float32,
/// equal to the last bit.
/// Example: features(y, x) = x, scale 1, region {0 0 3 3}, bins 2: 1 3 in a row.
#pragma once

#include <span>

#include "stages/core/box.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow {

/// `scale`: feature pixels per image pixel, e.g. 1/16. Throws Error{internal} if `out` does not fit
/// the features and regions. Safe to call from several threads.
void roi_pool(TensorView<float, 4> out, TensorView<const float, 3> features, float scale,
              std::span<const Box> rois);

}  // namespace roiflow
