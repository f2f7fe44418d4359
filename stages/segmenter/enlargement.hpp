/// How a segmenter's coarse scores become a label map of the image's size, whatever device computed
/// them: where the map's pixels lie on the scores, and what it says for each class.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/label_map/score_taps.hpp"
#include "stages/model/fcn.hpp"
#include "stages/model/model_description.hpp"

namespace roiflow {

struct Enlargement {
  std::vector<Tap> rows, columns;  ///< of the original image
};

/// `scores`: height, width and classes of the score map.
[[nodiscard]] Enlargement enlargement(const ScoreUpsampling& upsampling, const Shape<3>& scores,
                                      const ImageGeometry& geometry);

/// [classes]
[[nodiscard]] std::vector<std::uint8_t> label_map_values(const ModelDescription& d);

}  // namespace roiflow
