#include "stages/evaluate/match.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "stages/core/error.hpp"
#include "stages/evaluate/match_category.hpp"
#include "stages/evaluate/sort_scores.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

/// Index into category_ids, 0 if the categories are one; nothing for a category that is left out.
std::optional<std::size_t> category_rank(const EvaluationParams& params, std::int64_t id) {
  const auto& ids = params.category_ids;
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<std::size_t>(found - ids.begin());
}

/// (category rank, index) of what belongs to the evaluation: by category, then in the given order.
template <class Item>
std::vector<std::pair<std::size_t, std::size_t>> by_category(const EvaluationParams& params,
                                                             std::span<const Item> items) {
  std::vector<std::pair<std::size_t, std::size_t>> order;
  order.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (const auto rank = category_rank(params, items[i].category_id)) order.emplace_back(*rank, i);
  }
  std::sort(order.begin(), order.end());
  // One category for all: still in the order of the categories, as the COCO API joins them.
  if (!params.use_categories) {
    for (auto& [rank, index] : order) rank = 0;
  }
  return order;
}

Rle mask_of(const Annotation& annotation, int height, int width) {
  try {
    return to_rle(annotation.segmentation, height, width);
  } catch (const Error& error) {
    fail(error.code(), "annotation {}: {}", annotation.id, error.what());
  }
}

GroundTruthRegion region_of(const Annotation& annotation, IouType type, int height, int width) {
  GroundTruthRegion region;
  region.crowd = annotation.iscrowd;
  region.counts_as_match = annotation.id != 0;
  region.area = annotation.area;
  region.bbox = annotation.bbox;
  if (type == IouType::segm) region.mask = mask_of(annotation, height, width);
  return region;
}

DetectionRegion region_of(const Detection& detection, IouType type) {
  return {detection.score, coco_box(detection.box), detection.mask ? &*detection.mask : nullptr,
          coco_area(detection, type)};
}

DetectionRegion region_of(const DetectionResult& result, IouType /*type*/) {
  return {result.score, result.bbox, result.mask ? &*result.mask : nullptr, result.area};
}

/// The best `most` of one category's detections, in descending order of score.
void keep_best(std::vector<DetectionRegion>& detections, int most) {
  std::stable_sort(detections.begin(), detections.end(),
                   [](const auto& a, const auto& b) { return goes_before(a.score, b.score); });
  if (detections.size() > static_cast<std::size_t>(most)) {
    detections.resize(static_cast<std::size_t>(most));
  }
}

template <class D>
ImageMatches match_any(const EvaluationParams& params, IouType type,
                       std::span<const Annotation> ground_truth, std::span<const D> detections,
                       int height, int width) {
  const auto gt_order = by_category(params, ground_truth);
  const auto dt_order = by_category(params, detections);
  ImageMatches out;
  for (auto gt = gt_order.begin(), dt = dt_order.begin();
       gt != gt_order.end() || dt != dt_order.end();) {
    const std::size_t category = gt == gt_order.end()   ? dt->first
                                 : dt == dt_order.end() ? gt->first
                                                        : std::min(gt->first, dt->first);
    std::vector<GroundTruthRegion> gt_regions;
    for (; gt != gt_order.end() && gt->first == category; ++gt) {
      gt_regions.push_back(region_of(ground_truth[gt->second], type, height, width));
    }
    std::vector<DetectionRegion> dt_regions;
    for (; dt != dt_order.end() && dt->first == category; ++dt) {
      const D& detection = detections[dt->second];
      require(type == IouType::bbox || detection.mask.has_value(), ErrorCode::bad_data,
              "detection {}: a mask is needed for segm, found none", dt->second);
      dt_regions.push_back(region_of(detection, type));
    }
    keep_best(dt_regions, params.max_detections.back());
    out.categories.push_back(match_category(params, type, gt_regions, dt_regions));
    out.categories.back().category = category;
  }
  return out;
}

}  // namespace

ImageMatches match_image(const EvaluationParams& params, IouType type,
                         std::span<const Annotation> ground_truth,
                         std::span<const Detection> detections, int height, int width) {
  return match_any(params, type, ground_truth, detections, height, width);
}

ImageMatches match_image(const EvaluationParams& params, IouType type,
                         std::span<const Annotation> ground_truth,
                         std::span<const DetectionResult> detections, int height, int width) {
  return match_any(params, type, ground_truth, detections, height, width);
}

}  // namespace roiflow
