/// What the lanes of a detector have in common, on all devices.
#pragma once

#include <vector>

#include "stages/model/model_description.hpp"
#include "stages/model/weights.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

/// Throws Error{bad_data} if the model has more candidates or levels than a GPU's kernels take.
struct DetectorLaneSetup {
  ModelDescription description;
  Preprocess preprocess;
  int batch = 1;                               ///< images
  std::vector<float> mask_weights, mask_bias;  ///< [classes, channels] and [classes], or empty

  DetectorLaneSetup(const ModelDescription& d, const Weights& weights, int batch_size);
  /// Rows of the box head that belong to one image.
  [[nodiscard]] int regions_per_image() const;
};

}  // namespace roiflow
