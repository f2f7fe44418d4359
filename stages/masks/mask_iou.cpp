#include "stages/masks/mask_iou.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

/// Common foreground pixels of two valid masks of one size.
std::uint32_t intersection_area(const Rle& a, const Rle& b) {
  if (a.runs.empty() || b.runs.empty()) return 0;
  std::uint32_t end_a = a.runs[0], end_b = b.runs[0], at = 0, common = 0;
  for (std::size_t i = 0, j = 0;;) {
    // Odd runs are foreground.
    const std::uint32_t next = std::min(end_a, end_b);
    if ((i & j & 1U) != 0) common += next - at;
    at = next;
    if (end_a == at) {
      if (++i == a.runs.size()) return common;
      end_a += a.runs[i];
    } else {
      if (++j == b.runs.size()) return common;
      end_b += b.runs[j];
    }
  }
}

}  // namespace

double box_iou(const std::array<double, 4>& detection, const std::array<double, 4>& ground_truth,
               bool crowd) {
  const auto& d = detection;
  const auto& g = ground_truth;
  const double w = std::min(d[2] + d[0], g[2] + g[0]) - std::max(d[0], g[0]);
  if (w <= 0) return 0;
  const double h = std::min(d[3] + d[1], g[3] + g[1]) - std::max(d[1], g[1]);
  if (h <= 0) return 0;
  const double intersection = w * h, detection_area = d[2] * d[3];
  const double whole = crowd ? detection_area : detection_area + g[2] * g[3] - intersection;
  return intersection / whole;
}

MeasuredMask::MeasuredMask(const Rle& mask)
    : rle(&mask), box(bounding_box(mask)), area(static_cast<std::uint32_t>(roiflow::area(mask))) {}

double mask_iou(const MeasuredMask& detection, const MeasuredMask& ground_truth, bool crowd) {
  if (!(box_iou(detection.box, ground_truth.box, crowd) > 0)) return 0;
  if (detection.rle->height != ground_truth.rle->height ||
      detection.rle->width != ground_truth.rle->width) {
    return -1;
  }
  const std::uint32_t common = intersection_area(*detection.rle, *ground_truth.rle);
  if (common == 0) return 0;
  const std::uint32_t whole =
      crowd ? detection.area : detection.area + (ground_truth.area - common);
  return static_cast<double>(common) / static_cast<double>(whole);
}

}  // namespace roiflow
