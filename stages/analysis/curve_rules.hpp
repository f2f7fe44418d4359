/// Ways to turn a precision-recall curve into the numbers that AP is the mean of.
///
///   counts   wrong detections before each right one, best first (match_lists.hpp)
///   wanted   objects to be found, not 0
///   out      one number, or one for each recall of a grid
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/analysis/match_lists.hpp"

namespace roiflow {

/// The highest precision at each recall or beyond; `epsilon` is added to its denominator.
[[nodiscard]] std::vector<double> sampled_envelope(const CurveCounts& counts, std::uint64_t wanted,
                                                   std::span<const double> recalls, double epsilon);

/// The precision where each recall is first reached, with the COCO API's epsilon.
[[nodiscard]] std::vector<double> sampled_raw(const CurveCounts& counts, std::uint64_t wanted,
                                              std::span<const double> recalls);

/// PASCAL VOC 2007: the mean of the highest precisions at recalls 0, 0.1 ... 1.
[[nodiscard]] double eleven_points(const CurveCounts& counts, std::uint64_t wanted);

/// PASCAL VOC 2010: the area under the enveloped curve.
[[nodiscard]] double area_under(const CurveCounts& counts, std::uint64_t wanted);

/// YOLOv5 and ultralytics (compute_ap, "interp"): the enveloped curve from (0, 1) to (1, 0), joined
/// by straight lines, read off at 101 recalls and summed as trapezoids. A perfect detector gets
/// .995.
[[nodiscard]] double trapezoids(const CurveCounts& counts, std::uint64_t wanted);

}  // namespace roiflow
