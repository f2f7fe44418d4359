/// Greedy non-maximum suppression: of overlapping candidates only the best scored one is kept.
///
///   boxes     [n] any pixels, all alike
///   scores    [n]
///   labels    [n] for nms_per_class: only boxes of equal label suppress each other
///   out       indices of the kept candidates, in ranking order (score descending, then lower
///             index; stages/nms/ranking.hpp)
///
/// A candidate goes if its intersection over union with a kept one of higher rank is > threshold.
/// Two empty boxes have no such ratio (NaN) and both stay, as does a box with a NaN coordinate.
///
/// Reference: torchvision.ops.nms (CPU): IoU in float32, compared with the threshold in double.
/// nms_per_class suppresses class by class, as torchvision's batched_nms does for more than 1000
/// boxes; for fewer, batched_nms moves each class to a place of its own by adding an offset to the
/// coordinates, which rounds them: there the two may differ where an IoU is within rounding
/// (about 1e-3) of the threshold. The exact one is what is done here for any number.
///
/// For many lists at once, on a GPU: nms_kernels.hpp.
///
/// Throws Error{internal} if the sizes of the arguments differ. Allocates; no state.
/// Example: {0 0 10 10}, {0 0 10 8}, scores {0.8, 0.9}, threshold 0.5: out {1}, as IoU = 0.8.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/box.hpp"

namespace roiflow {

std::vector<std::uint32_t> nms(std::span<const Box> boxes, std::span<const float> scores,
                               double iou_threshold);

std::vector<std::uint32_t> nms_per_class(std::span<const Box> boxes, std::span<const float> scores,
                                         std::span<const int> labels, double iou_threshold);

}  // namespace roiflow
