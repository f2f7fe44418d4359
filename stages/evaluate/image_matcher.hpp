/// What an ImageMatcher is made of. `match.hpp` is the door.
#pragma once

#include <optional>

#include "stages/evaluate/category_groups.hpp"
#include "stages/evaluate/keypoint_similarity.hpp"
#include "stages/evaluate/match.hpp"
#include "stages/evaluate/match_group.hpp"
#include "stages/evaluate/sort_scores.hpp"
#include "stages/masks/mask_ends.hpp"

namespace roiflow {

struct ImageMatcher::Parts {
  Parts(const EvaluationParams& evaluation, IouType iou_type);

  void match(ImageMatches& out, const TruthColumns& truth, const ResultColumns& results,
             std::size_t image);

 private:
  using Rows = std::span<const std::uint32_t>;  // counted from the image's first
  void match_category(ImageMatches& out, std::uint32_t category, Rows truth_rows, Rows result_rows);
  void keep_best(Rows result_rows);
  void describe_truth(Rows rows);
  void describe_detections(bool compared);
  void compare(Rows truth_rows);
  [[nodiscard]] MaskEnds truth_mask(std::size_t row);
  [[nodiscard]] MaskEnds detection_mask(std::size_t row);
  [[nodiscard]] std::size_t truth_row(std::uint32_t row) const { return first_truth_ + row; }
  [[nodiscard]] std::size_t result_row(std::uint32_t row) const { return first_result_ + row; }

  const EvaluationParams* params_;
  IouType type_;
  GroupMatcher matcher_;
  std::optional<KeypointSimilarity> similarity_;

  // The image.
  const TruthColumns* truth_ = nullptr;
  const ResultColumns* results_ = nullptr;
  std::size_t image_ = 0, first_truth_ = 0, first_result_ = 0;
  CategoryGroups truth_groups_, result_groups_;

  // The category.
  std::vector<KeyedRow> best_, scratch_;  // detections, best first
  std::vector<TruthRegion> regions_;
  std::vector<double> areas_;  // of the detections
  MaskArena arena_;
  std::vector<MaskEnds> truth_masks_, detection_masks_;
  OverlapMatrix overlaps_;
};

}  // namespace roiflow
