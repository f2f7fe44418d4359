/// Two evaluations of the same images side by side: is B better than A, where, and is it more than
/// chance?
///
/// Both are restricted to the images that both have. AP is that of the COCO API on these images, to
/// the last bit. The interval of a difference b - a is the 95 % percentile interval of the paired
/// bootstrap: in each sample both are evaluated on the same drawn images (bootstrap.hpp), so that
/// what is hard for both cancels. If it does not contain 0, the difference is more than chance
/// among images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/collector.hpp"

namespace roiflow {

/// -1 where there are no objects.
struct Difference {
  double a = -1, b = -1;
  std::optional<Interval> confidence;  ///< of b - a; nothing if not asked for or undefined
};

struct ClassComparison {
  std::int64_t category_id = 0;
  std::string name;
  Difference ap, ap50;  ///< the interval of ap50 is left out
};

/// Each at IoU 0.5 from its own best score of each class on.
struct ImageComparison {
  std::int64_t image_id = 0;
  ImageErrors a, b;
};

struct Comparison {
  std::size_t images = 0;              ///< in both
  std::size_t only_a = 0, only_b = 0;  ///< left out
  int bootstrap_samples = 0;
  Difference ap, ap50;
  std::vector<ClassComparison> classes;  ///< ascending category id
  std::vector<ImageComparison> changed;  ///< |change| of right + wrong + missed, most first; not 0
};

/// Uses options.bootstrap_samples, bootstrap_seed and for_each. Throws Error{usage} if the two were
/// not evaluated with the same parameters, Error{bad_data} if they have no image in common.
[[nodiscard]] Comparison compare(const AnalysisCollector& a, const AnalysisCollector& b,
                                 std::span<const Category> categories,
                                 const AnalysisOptions& options);

}  // namespace roiflow
