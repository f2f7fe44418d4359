/// Sums of an image's losses over a data set.
///
/// Of a detector, the sum is what training minimises: objectness + lambda * rpn box + classifier +
/// lambda * box + mask, with the lambdas of the params (1 in torchvision). Of a segmenter it is
/// loss_pixel, the mean over pixels; loss_pixel_sum, the FCN paper's, stands beside it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "stages/detector/detector_losses.hpp"
#include "stages/segmenter/segmenter_losses.hpp"

namespace roiflow {

/// torchvision's names, in its order, and "sum"; those that the model has.
using NamedLosses = std::vector<std::pair<std::string, double>>;

[[nodiscard]] NamedLosses named(const DetectorLosses& losses, const DetectorLossParams& params);
[[nodiscard]] NamedLosses named(const SegmenterLosses& losses);

class LossSums {
 public:
  void add(const NamedLosses& losses);

  [[nodiscard]] std::int64_t images() const { return images_; }
  /// Over the images added; NaN if one of them is.
  [[nodiscard]] NamedLosses means() const;

 private:
  NamedLosses sums_;
  std::int64_t images_ = 0;
};

/// One line a loss.
[[nodiscard]] std::string loss_table(const NamedLosses& means);

/// {"loss_objectness": ..., "sum": ...}; NaN becomes null.
[[nodiscard]] nlohmann::ordered_json loss_json(const NamedLosses& losses);

}  // namespace roiflow
