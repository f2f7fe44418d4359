/// Ground truth and detections of a whole evaluation in columns: what the readers of files fill and
/// the evaluation reads, image by image.
///
/// Images are in ascending order of their ids and rows in the order of the file inside their image,
/// because both decide ties in the COCO API. Rows of categories that are not evaluated are there,
/// with the rank `no_category`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/evaluate/shape_pool.hpp"

namespace roiflow {

inline constexpr std::uint32_t no_category = 0xFFFFFFFF;

/// N images, M annotations, P keypoints an object (0: the set has none).
struct TruthColumns {
  std::vector<std::int64_t> image_ids;  ///< [N] ascending
  std::vector<int> heights, widths;     ///< [N] pixels
  std::vector<std::size_t> first;       ///< [N + 1] image i has the rows first[i] .. first[i+1]-1

  std::vector<std::int64_t> category_ids;  ///< [K] ascending: what ranks count

  std::vector<std::int64_t> ids;             ///< [M] as annotated
  std::vector<std::uint32_t> categories;     ///< [M] rank in category_ids
  std::vector<std::array<double, 4>> boxes;  ///< [M] x y width height
  std::vector<double> areas;                 ///< [M] as annotated, never recomputed
  std::vector<std::uint8_t> crowds;          ///< [M] 0 or 1
  ShapePool shapes;                          ///< [M], or empty if they were not read

  std::size_t keypoints_per_object = 0;       ///< P
  std::vector<double> keypoints;              ///< [M, P, 3] x y visibility
  std::vector<std::int64_t> keypoint_counts;  ///< [M] as annotated (num_keypoints)
};

/// N images as in the ground truth, D detections.
struct ResultColumns {
  std::vector<std::size_t> first;             ///< [N + 1]
  std::vector<std::uint8_t> image_processed;  ///< [N] 0: nothing is known about this image

  std::vector<std::uint32_t> categories;     ///< [D] rank in TruthColumns::category_ids
  std::vector<double> scores;                ///< [D]
  std::vector<std::array<double, 4>> boxes;  ///< [D] x y width height
  /// [D] by the COCO API's rule: of the box if the first record of the file has one, else of the
  /// mask, else of the keypoints; empty: take it from the mask when that is decoded.
  std::vector<double> areas;
  ShapePool shapes;               ///< [D], or empty; without a shape, segm takes the box's corners
  std::vector<double> keypoints;  ///< [D, P, 3], or empty
};

}  // namespace roiflow
