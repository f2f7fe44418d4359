/// The terms that the losses are sums of: one number each, computed in double from float32 outputs.
///
///   smooth_l1(d)          0.5 d^2 / beta where |d| < beta, else |d| - beta / 2
///   binary_cross_entropy  -(t log p + (1 - t) log(1 - p)) with p = sigmoid(logit), t in 0 .. 1
///   cross_entropy         -log softmax(logits)[label]
///
/// All are written so that no logit overflows; NaN stays NaN. Reference: torch.nn.functional's
/// smooth_l1_loss, binary_cross_entropy_with_logits, cross_entropy.
/// Example: binary_cross_entropy(0, 1) = cross_entropy of two equal logits = log 2.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace roiflow {

/// Where torchvision's detectors change from square to linear.
inline constexpr double smooth_l1_beta = 1.0 / 9.0;

[[nodiscard]] inline double smooth_l1(double difference, double beta = smooth_l1_beta) {
  const double size = std::abs(difference);
  return size < beta ? 0.5 * size * size / beta : size - 0.5 * beta;
}

/// Of the four deltas of a box against their targets; the difference is taken in float32.
[[nodiscard]] inline double smooth_l1(const float* deltas, const std::array<float, 4>& targets) {
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k) sum += smooth_l1(deltas[k] - targets[k]);
  return sum;
}

[[nodiscard]] inline double binary_cross_entropy(double logit, double target) {
  return std::max(logit, 0.0) - logit * target + std::log1p(std::exp(-std::abs(logit)));
}

[[nodiscard]] inline double cross_entropy(std::span<const float> logits, std::size_t label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return largest + std::log(sum) - static_cast<double>(logits[label]);
}

}  // namespace roiflow
