/// Draws the images in which a detector did worst, for the report: ground truth and detections
/// beside each other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "apps/report/report.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/decode/decode_limits.hpp"
#include "stages/evaluate/detection_result.hpp"

namespace roiflow {

struct OverlaySource {
  const DatasetReader& data;
  std::map<std::int64_t, std::int64_t> rows;  ///< of the data set, by image id
  /// What was found in an image, with masks if there are any; nothing: not known.
  std::function<std::optional<std::vector<DetectionResult>>(const ImageRecord&)> detections;
  DecodeLimits decode{};
};

/// The images that the report names: those with most errors of each type.
[[nodiscard]] std::vector<std::int64_t> worst_images(const Report& report);

/// Rows of these images, by reading the records of the data set until all are found.
[[nodiscard]] std::map<std::int64_t, std::int64_t> rows_of(const DatasetReader& data,
                                                           std::span<const std::int64_t> ids);

/// Fills report.overlays and report.file_names from report.types: of the last type, six images with
/// the most false positives and six with the most misses, each picture at most 512 pixels a side
/// and all of them at most 2 MB, so that the page stays small. Detections are drawn from the score
/// of their class's highest F1 on. An image that cannot be read or decoded is left out, and the
/// note says so.
void add_overlays(Report& report, const OverlaySource& source);

}  // namespace roiflow
