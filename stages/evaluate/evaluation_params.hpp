/// What a COCO evaluation measures: the grids and limits of pycocotools' Params, by name.
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
enum class IouType { bbox, segm };

[[nodiscard]] constexpr const char* name(IouType type) {
  return type == IouType::bbox ? "bbox" : "segm";
}

/// Square pixels; both ends belong to it, so an object of 1024 is small and medium.
struct AreaRange {
  std::string label;
  double low = 0;
  double high = 0;
};

struct EvaluationParams {
  std::vector<double> iou_thresholds;      ///< T; at most 64
  std::vector<double> recall_thresholds;   ///< R
  std::vector<AreaRange> area_ranges;      ///< A
  std::vector<int> max_detections;         ///< M; per image and category, ascending
  std::vector<std::int64_t> category_ids;  ///< ascending; others are left out of the evaluation
  bool use_categories = true;              ///< false: all of category_ids are one category

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

/// Throws Error{usage} if a list is empty, not ascending where it has to be, or too long.
void validate(const EvaluationParams& params);

}  // namespace roiflow
