/// Object keypoint similarity (OKS), the "overlap" of two sets of keypoints: equal to computeOks of
/// pycocotools' COCOeval in its order of operations. Bit-equal as far as exp() is: numpy may use a
/// vector version of its own, which can differ from the C library's in the last bit.
///
///   detection, ground truth   [P, 3]  x y v of each keypoint, image pixels; v > 0: annotated
///   box                       x y width height of the ground truth
///   out                       0 .. 1, the mean over the annotated keypoints of
///                             exp(-(dx^2 + dy^2) / (2 sigma)^2 / (area + 2^-52) / 2)
///
/// If no keypoint is annotated all P count, with their distances to the box enlarged by its own
/// size on every side. The v of a detection is not looked at.
/// Example: all annotated keypoints hit exactly: 1.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace roiflow {

class KeypointSimilarity {
 public:
  /// `sigmas` [P]: how exactly each keypoint is annotated, in units of the object's size.
  explicit KeypointSimilarity(std::span<const double> sigmas);

  [[nodiscard]] double operator()(std::span<const double> detection,
                                  std::span<const double> ground_truth,
                                  const std::array<double, 4>& box, double area);

 private:
  std::vector<double> variances_;
  std::vector<double> terms_;  // of the sum
};

}  // namespace roiflow
