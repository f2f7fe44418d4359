/// One image's regions as the analysis looks at them, and the overlaps of all detections with all
/// objects, whatever their categories. Not for IouType::keypoints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/evaluate/detection_result.hpp"
#include "stages/evaluate/evaluation_columns.hpp"
#include "stages/evaluate/evaluation_params.hpp"
#include "stages/masks/mask_ends.hpp"

namespace roiflow {

struct Region {
  std::uint16_t category = 0;  ///< rank
  std::array<double, 4> bbox{};
  MaskEnds mask;  ///< measured; for IouType::segm
};

/// Rows of categories that are not evaluated are left out.
struct ImageRegions {
  std::vector<Region> detections;  ///< in descending order of score, equal ones as given
  std::vector<double> scores;      ///< of the detections
  std::vector<Region> objects;     ///< in the order given
  std::vector<Region> crowds;
  MaskArena arena;
};

/// Throws Error{bad_data} as ImageMatcher::match for what is no mask.
[[nodiscard]] ImageRegions regions_of(const EvaluationParams& params, IouType type,
                                      const TruthColumns& truth, const ResultColumns& results,
                                      std::size_t image);

/// Objects: [D, G] intersection over union. Crowds: for each detection the largest part of it that
/// lies in one crowd of its own category.
class ImageOverlaps {
 public:
  ImageOverlaps(IouType type, const ImageRegions& image);

  [[nodiscard]] std::span<const double> row(std::size_t detection) const {
    return std::span(values_).subspan(detection * columns_, columns_);
  }
  [[nodiscard]] double in_crowd(std::size_t detection) const { return in_crowd_[detection]; }

 private:
  std::size_t columns_;
  std::vector<double> values_;
  std::vector<double> in_crowd_;
};

}  // namespace roiflow
