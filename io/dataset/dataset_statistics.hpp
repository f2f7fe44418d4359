/// What is in a data set, counted; for summaries.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

struct DatasetStatistics {
  std::int64_t images = 0, annotations = 0;
  std::int64_t images_without_annotations = 0;
  std::int64_t crowds = 0, difficults = 0;
  std::int64_t encoded_bytes = 0;  ///< of all image files together
  int least_width = 0, most_width = 0, least_height = 0, most_height = 0;  ///< 0: no images
  /// By representation: none, polygons, run lengths, compressed run lengths.
  std::array<std::int64_t, 4> segmentations{};
  bool has_label_maps = false;
  std::int64_t label_maps = 0;  ///< images that have one
  int ignore_label = 255;       ///< if has_label_maps
  bool has_proposals = false;
  std::int64_t proposals = 0;  ///< of all images
  std::vector<Category> categories;
  std::vector<std::int64_t> annotations_of_category;  ///< parallel to `categories`
};

/// Reads the columns block by block, no image. Errors as DatasetReader.
[[nodiscard]] DatasetStatistics dataset_statistics(const std::filesystem::path& path);

}  // namespace roiflow
