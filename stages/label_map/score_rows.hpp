/// Class scores enlarged to the image's size, one row of pixels at a time: for whoever needs all
/// classes of a pixel (a loss) without all classes at full size.
///
///   scores   [height, width, classes] float32, any scale (logits)
///   rows     [out height] taps down the scores, columns [out width] across them (score_taps.hpp)
///   use      gets rows 0 .. out height - 1 in order, each [out width, classes], gone afterwards
///
/// The arithmetic is label_map.hpp's.
/// Example: one row of two scores {1, 0} and {0, 1}, enlarged to 4 with torch's convention: one row
/// {1, 0} {0.75, 0.25} {0.25, 0.75} {0, 1}.
#pragma once

#include <functional>
#include <span>

#include "stages/core/tensor.hpp"
#include "stages/label_map/score_taps.hpp"

namespace roiflow {

using UseScoreRow = std::function<void(TensorView<const float, 2>)>;

/// Throws Error{internal} if a tap points outside.
void for_each_score_row(TensorView<const float, 3> scores, std::span<const Tap> rows,
                        std::span<const Tap> columns, const UseScoreRow& use);

}  // namespace roiflow
