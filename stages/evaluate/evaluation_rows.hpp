/// From rows in the order of a file to the columns of an evaluation: one place for the rules by
/// which the COCO API (pycocotools 2.0.11, createIndex and getAnnIds) puts annotations to images,
/// so that every kind of file gives the same columns.
///
/// The rules. Images and categories ascend by id; of images with one id the last counts. Rows keep
/// the order of the file inside their image. Annotations with one id are all replaced by the last
/// of them, which then stands there that many times, under its own image. Annotations of images
/// that do not exist are left out, detections of such images are the reader's error. Rows of
/// categories that do not exist stay, without a rank.
///
/// Example: annotations of images 7, 3, 7 become first {0, 1, 3} and the rows 1, 0, 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/evaluate/evaluation_columns.hpp"

namespace roiflow {

/// What is read of the regions; ids, areas, categories and scores always are.
struct RegionContent {
  bool boxes = true;
  bool shapes = false;
  bool keypoints = false;
  /// Of detections: also that every shape can be evaluated, which otherwise turns out when it is
  /// compared. Of the ground truth this always is.
  bool check_shapes = false;
};

/// Ground truth of an evaluation with what its categories are called.
struct EvaluationTruth {
  TruthColumns columns;
  std::vector<Category> categories;  ///< [K] as columns.category_ids
};

/// Images and annotations in the order of the file.
struct TruthRows {
  /// image_ids, heights, widths, category_ids and the columns of annotations but `categories`;
  /// heights and widths are 0 where the file does not say them.
  TruthColumns columns;
  std::vector<std::int64_t> images;      ///< [M] id of the annotation's image
  std::vector<std::int64_t> categories;  ///< [M] id of its category
};

[[nodiscard]] TruthColumns arrange(TruthRows rows);

/// Detections in the order of the file.
struct ResultRows {
  ResultColumns columns;              ///< all but `first` and `image_processed`
  std::vector<std::uint32_t> images;  ///< [D] row of the image in the ground truth
};

/// For `images` images of the ground truth, all of them processed.
[[nodiscard]] ResultColumns arrange(ResultRows rows, std::size_t images);

/// Rows of a table by their ids.
class IdIndex {
 public:
  explicit IdIndex(std::span<const std::int64_t> ids);
  /// `missing` if there is no such id.
  [[nodiscard]] std::uint32_t find(std::int64_t id) const {
    const auto place = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(least_);
    if (place < dense_.size()) return dense_[place];
    if (sparse_.empty()) return missing;
    const auto found = sparse_.find(id);
    return found == sparse_.end() ? missing : found->second;
  }
  static constexpr std::uint32_t missing = no_category;

 private:
  std::int64_t least_ = 0;
  std::vector<std::uint32_t> dense_;  // rows of least_, least_ + 1, ...; empty if too far apart
  std::unordered_map<std::int64_t, std::uint32_t> sparse_;  // used instead
};

}  // namespace roiflow
