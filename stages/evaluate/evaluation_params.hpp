/// What a COCO evaluation measures: the grids and limits of pycocotools' Params, by name.
///
/// All grids may be the user's own. IoU thresholds are taken one by one, in any order. Recall
/// thresholds need not ascend, but as in pycocotools those after the first that is not reached stay
/// 0. Stats look up the thresholds 0.5 and 0.75 and the area ranges by exact value and by label.
///
/// Example: EvaluationParams params = coco_params(categories); with 80 categories the arrays of
/// the evaluation have T 10, R 101, K 80, A 4, M 3 entries along their axes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

/// What two regions are compared by.
enum class IouType { bbox, segm, keypoints };

[[nodiscard]] constexpr const char* name(IouType type) {
  return type == IouType::bbox ? "bbox" : type == IouType::segm ? "segm" : "keypoints";
}

/// Square pixels; both ends belong to it, so an object of 1024 is small and medium.
struct AreaRange {
  std::string label;
  double low = 0;
  double high = 0;
  bool operator==(const AreaRange&) const = default;
};

struct EvaluationParams {
  std::vector<double> iou_thresholds;      ///< T; at most 64
  std::vector<double> recall_thresholds;   ///< R
  std::vector<AreaRange> area_ranges;      ///< A
  std::vector<int> max_detections;         ///< M; per image and category, ascending
  std::vector<std::int64_t> category_ids;  ///< ascending; others are left out of the evaluation
  bool use_categories = true;              ///< false: all of category_ids are one category
  std::vector<double> keypoint_sigmas;     ///< P; keypoints only: how exactly each one is annotated

  bool operator==(const EvaluationParams&) const = default;

  /// K: categories that are told apart.
  [[nodiscard]] std::size_t category_count() const {
    return use_categories ? category_ids.size() : 1;
  }
};

/// `count` evenly spaced numbers, equal to numpy.linspace to the last bit: i * step + first, and
/// the last one set to `last`.
[[nodiscard]] std::vector<double> linspace(double first, double last, int count);

/// pycocotools' defaults for boxes and masks: IoU 0.50 to 0.95 in ten steps, 101 recalls, all /
/// small / medium / large, and 1 / 10 / 100 detections.
[[nodiscard]] EvaluationParams coco_params(std::span<const Category> categories);

/// pycocotools' defaults for keypoints: as above, but all / medium / large, 20 detections, and the
/// deviations of the 17 points of a person (nose, eyes, ears, shoulders, ... ankles).
[[nodiscard]] EvaluationParams coco_keypoint_params(std::span<const Category> categories);

/// Throws Error{usage} if a list is empty, not ascending where it has to be, or too long, or if an
/// IoU threshold is not a number.
void validate(const EvaluationParams& params);

/// What differs, as the start of a sentence: "IoU thresholds (0.5,0.75 and 0.5)"; empty if nothing.
[[nodiscard]] std::string difference(const EvaluationParams& a, const EvaluationParams& b);

}  // namespace roiflow
