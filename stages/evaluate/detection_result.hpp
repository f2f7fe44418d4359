/// A detection as a COCO results file holds it: the numbers that are evaluated, in double.
///
/// The graph evaluates Detections (float32) and writes results files; the files, read back by
/// anybody, must give the same AP to the last bit. So there is one way from Box to x y width
/// height, used by the writers and by the matching: x0, y0, and the float32 differences x1 - x0 and
/// y1 - y0 (torchvision's order), each widened to double and printed so that it reads back equal.
///
/// Example: Box{1, 2, 4, 6} is {1, 2, 3, 4}.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "stages/core/detection.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

struct DetectionResult {
  std::int64_t category_id = 0;
  double score = 0;
  std::array<double, 4> bbox{};  ///< x y width height, pixels of the original image
  std::optional<Rle> mask;       ///< size of the original image
  double area = 0;               ///< square pixels; decides whether it is small, medium or large
};

[[nodiscard]] std::array<double, 4> coco_box(const Box& box);

/// The area that the COCO API gives to a detection of such a results file: width x height for
/// boxes, the number of mask pixels for masks (0 without a mask).
[[nodiscard]] double coco_area(const Detection& detection, IouType type);

}  // namespace roiflow
