/// The loss of a mask head on one image.
///
///   objects   the sampled boxes that are objects (box_loss.hpp: objects_of), pixels of the resized
///             image
///   masks     [G] of the objects in the ground truth, size of the original image
///   targets   [n, M, M] float32, 0 .. 1: how much of each cell of the box the object covers
///   logits    [n, M, M, classes]; only those of the true class count
///
///   loss      mean of the binary cross-entropy over all cells of all boxes; 0 for no box
///
/// A target is cut out of the object's own mask (not of other objects'): the mask is resized as the
/// image is, but without interpolation (nearest pixel: row y of the resized mask is row
/// floor(y * original / resized)), and RoIAlign with scale 1, as many samples as pixels and no
/// half-pixel shift takes the mean over each cell. Targets are not rounded to 0 or 1.
///
/// Reference: torchvision 0.14 GeneralizedRCNNTransform.resize for masks,
/// roi_heads.project_masks_on_boxes (targets equal to the last bit) and maskrcnn_loss. It sums in
/// float32 in an order of its own; here terms and sums are double: equal to 1e-5 relative.
/// Example: columns 0 .. 7 are set, box {4 0 12 8}, M = 2: each row is 0.875 0, since the sample at
/// x = 7.5 lies half-way between the pixels 7 and 8.
#pragma once

#include <cstdint>
#include <span>

#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/losses/box_loss.hpp"

namespace roiflow {

/// [height, width] of the resized image, 0 or 1. Throws Error{bad_data} if the mask is not valid or
/// not of the original image's size.
[[nodiscard]] Tensor<float, 2> resize_mask(const Rle& mask, const ImageGeometry& geometry);

/// Throws as resize_mask, and Error{internal} if an object has no mask.
[[nodiscard]] Tensor<float, 3> mask_targets(const LabelledBoxes& objects,
                                            std::span<const Rle> masks,
                                            const ImageGeometry& geometry, int cells);

/// Throws Error{internal} if the shapes do not fit each other or a label is not a class.
[[nodiscard]] double mask_loss(TensorView<const float, 4> logits, std::span<const int> labels,
                               TensorView<const float, 3> targets);

}  // namespace roiflow
