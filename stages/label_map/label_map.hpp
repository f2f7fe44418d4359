/// From class scores on a coarse grid to a label map of the image: bilinear enlargement and choice
/// of the best class in one pass. All classes at full size are never stored.
///
///   scores   [height, width, classes] float32, any scale (logits)
///   rows     [out height] taps down the scores, columns [out width] across them (score_taps.hpp)
///   values   [classes] what the map says for each class, e.g. the data set's ids
///   out      [out height, out width] 8 bits
///
/// The score of a class at a pixel is, in float32,
///   left.weight * (up.weight * s(up, left) + down.weight * s(down, left)) + right.weight * (...).
/// The class with the highest score wins, the lowest of several that are equal, as numpy's and
/// torch's argmax; NaN never wins.
///
/// Where one class is clearly the best of all four scores around, it is the best everywhere between
/// them, and nothing is computed there. The map is the same as if it were.
///
/// Example: two scores {1, 0} and {0, 1} beside each other, enlarged by 4 with torch's convention:
/// pixels 0 .. 3 become values[0], 4 .. 7 values[1].
#pragma once

#include <cstdint>
#include <span>

#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/label_map/score_taps.hpp"

namespace roiflow {

/// Throws Error{internal} if a tap points outside, or `values` are not one a class.
[[nodiscard]] LabelMap make_label_map(TensorView<const float, 3> scores, std::span<const Tap> rows,
                                      std::span<const Tap> columns,
                                      std::span<const std::uint8_t> values);

}  // namespace roiflow
