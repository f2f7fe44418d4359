/// The numbers that a semantic segmentation is quoted by (Long et al. 2015), as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

/// Fractions of 0 .. 1 (detectron2 and VOCdevkit print them times 100); NaN where a number is
/// undefined under the policy.
struct SemanticMetrics {
  std::string policy;  ///< how classes are treated that do not occur: "fcn", "detectron2", ...
  double pixel_accuracy = 0;
  double mean_accuracy = 0;
  double mean_iu = 0;
  double frequency_weighted_iu = 0;
  std::vector<double> class_accuracy;              ///< [K]
  std::vector<double> class_iu;                    ///< [K]
  std::vector<std::uint64_t> ground_truth_pixels;  ///< [K]
  std::vector<std::uint64_t> predicted_pixels;     ///< [K], on pixels that count
  std::uint64_t ignored_pixels = 0;                ///< whose ground truth is the ignore label
  std::uint64_t unknown_truth_pixels = 0;  ///< whose ground truth is no class; left out as well
  std::uint64_t unclassified_pixels = 0;   ///< that count, and whose prediction is no class
};

}  // namespace roiflow
