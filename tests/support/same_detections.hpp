/// Whether two detectors found the same in an image, up to the rounding of their arithmetic.
#pragma once

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "stages/detector/payloads.hpp"
#include "stages/masks/mask_iou.hpp"

namespace roiflow {

struct DetectionTolerance {
  float score = 1e-4F;
  float pixels = 0.01F;  ///< of a box's corners
  double mask = 0.995;   ///< least IoU of the masks
};

/// Checks the same detections in the same order.
inline void check_same(const ImageDetections& found, const ImageDetections& expected,
                       const DetectionTolerance& tolerance = {}) {
  REQUIRE(found.detections.size() == expected.detections.size());
  for (std::size_t i = 0; i < found.detections.size(); ++i) {
    const Detection &a = found.detections[i], &b = expected.detections[i];
    CAPTURE(i);
    CHECK(a.category_id == b.category_id);
    CHECK(std::abs(a.score - b.score) < tolerance.score);
    const float moved = std::max({std::abs(a.box.x0 - b.box.x0), std::abs(a.box.y0 - b.box.y0),
                                  std::abs(a.box.x1 - b.box.x1), std::abs(a.box.y1 - b.box.y1)});
    CHECK(moved < tolerance.pixels);
    REQUIRE(a.mask.has_value() == b.mask.has_value());
    if (!a.mask) continue;
    CHECK(mask_iou(MeasuredMask(*a.mask), MeasuredMask(*b.mask), false) > tolerance.mask);
  }
}

/// The share of `expected` that `found` has as well: same category, box IoU at least 0.9.
inline double share_found(const ImageDetections& found, const ImageDetections& expected) {
  if (expected.detections.empty()) return 1;
  const auto hits = std::ranges::count_if(expected.detections, [&](const Detection& wanted) {
    return std::ranges::any_of(found.detections, [&](const Detection& d) {
      return d.category_id == wanted.category_id &&
             intersection_over_union(d.box, wanted.box) >= 0.9F;
    });
  });
  return static_cast<double>(hits) / static_cast<double>(expected.detections.size());
}

inline void check_same_bits(const ImageDetections& a, const ImageDetections& b) {
  REQUIRE(a.detections.size() == b.detections.size());
  for (std::size_t i = 0; i < a.detections.size(); ++i) {
    CHECK(a.detections[i].box == b.detections[i].box);
    CHECK(a.detections[i].score == b.detections[i].score);
    CHECK(a.detections[i].mask == b.detections[i].mask);
  }
}

}  // namespace roiflow
