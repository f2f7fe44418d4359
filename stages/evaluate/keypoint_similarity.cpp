#include "stages/evaluate/keypoint_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "stages/core/numpy_sum.hpp"

namespace roiflow {
namespace {

/// numpy.maximum of 0 and v: NaN stays NaN.
double at_least_0(double v) {
  return v < 0 ? 0 : v;
}

}  // namespace

KeypointSimilarity::KeypointSimilarity(std::span<const double> sigmas) {
  for (const double sigma : sigmas) variances_.push_back((sigma * 2) * (sigma * 2));
}

double KeypointSimilarity::operator()(std::span<const double> detection,
                                      std::span<const double> ground_truth,
                                      const std::array<double, 4>& box, double area) {
  const std::size_t points = variances_.size();
  bool any_annotated = false;
  for (std::size_t p = 0; p < points; ++p) any_annotated |= ground_truth[3 * p + 2] > 0;
  const double x0 = box[0] - box[2], x1 = box[0] + box[2] * 2;
  const double y0 = box[1] - box[3], y1 = box[1] + box[3] * 2;
  terms_.clear();
  for (std::size_t p = 0; p < points; ++p) {
    if (any_annotated && !(ground_truth[3 * p + 2] > 0)) continue;
    const double x = detection[3 * p], y = detection[3 * p + 1];
    const double dx =
        any_annotated ? x - ground_truth[3 * p] : at_least_0(x0 - x) + at_least_0(x - x1);
    const double dy =
        any_annotated ? y - ground_truth[3 * p + 1] : at_least_0(y0 - y) + at_least_0(y - y1);
    const double e =
        (dx * dx + dy * dy) / variances_[p] / (area + std::numeric_limits<double>::epsilon()) / 2;
    terms_.push_back(std::exp(-e));
  }
  return numpy_sum(terms_) / static_cast<double>(terms_.size());
}

}  // namespace roiflow
