/// The numbers that a semantic segmentation is quoted by (Long et al. 2015), as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

/// NaN where a number is undefined under the policy.
struct SemanticMetrics {
  std::string policy;  ///< how classes are treated that do not occur: "fcn", "detectron2", ...
  double pixel_accuracy = 0;
  double mean_accuracy = 0;
  double mean_iu = 0;
  double frequency_weighted_iu = 0;
  std::vector<double> class_accuracy;              ///< [K]
  std::vector<double> class_iu;                    ///< [K]
  std::vector<std::uint64_t> ground_truth_pixels;  ///< [K]
  std::vector<std::uint64_t> predicted_pixels;     ///< [K]
};

}  // namespace roiflow
