/// `show` for segmenters: an image with its classes tinted, the answer of a segmenter or the data
/// set's own label map, or both beside each other; below it what the colours mean.
#pragma once

#include <filesystem>
#include <optional>

#include "apps/evaluation/label_map_source.hpp"
#include "apps/pictures.hpp"
#include "stages/decode/decode_limits.hpp"
#include "stages/draw/draw.hpp"

namespace roiflow {

struct LabelMapPictures {
  std::optional<PredictedLabelMaps> predictions;  ///< without: the data set's label maps
  bool ground_truth = false;                      ///< the data set's beside the predictions
  int ignore_label = 255;
  DecodeLimits decode;
  CategoryNames names;

  /// The image without tint where there is no label map. Errors as decode_label_map,
  /// draw_label_map.
  [[nodiscard]] Image draw(const Sample& sample, const Image& image, const DrawStyle& style) const;
};

/// Whether label maps are what to show of these predictions: they are `asked` for, or there is
/// nothing else in them.
[[nodiscard]] bool shows_label_maps(const std::filesystem::path& predictions, bool asked);

}  // namespace roiflow
