#include "stages/evaluate/match.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/evaluate/image_matcher.hpp"

namespace roiflow {
namespace {

std::uint32_t category_rank(const EvaluationParams& params, std::int64_t id) {
  const auto& ids = params.category_ids;
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return no_category;
  return static_cast<std::uint32_t>(found - ids.begin());
}

/// One image as columns.
TruthColumns columns_of(const EvaluationParams& params, IouType type,
                        std::span<const Annotation> annotations, int height, int width) {
  TruthColumns columns;
  columns.image_ids = {0};
  columns.heights = {height};
  columns.widths = {width};
  columns.first = {0, annotations.size()};
  for (const Annotation& annotation : annotations) {
    columns.ids.push_back(annotation.id);
    columns.categories.push_back(category_rank(params, annotation.category_id));
    columns.boxes.push_back(annotation.bbox);
    columns.areas.push_back(annotation.area);
    columns.crowds.push_back(annotation.iscrowd ? 1 : 0);
    if (type == IouType::segm) columns.shapes.add(annotation.segmentation);
  }
  return columns;
}

void append(ResultColumns& columns, const Detection& detection, IouType type) {
  columns.scores.push_back(static_cast<double>(detection.score));
  columns.boxes.push_back(coco_box(detection.box));
  columns.areas.push_back(coco_area(detection, type));
}

void append(ResultColumns& columns, const DetectionResult& result, IouType /*type*/) {
  columns.scores.push_back(result.score);
  columns.boxes.push_back(result.bbox);
  columns.areas.push_back(result.area);
}

template <class D>
ImageMatches match_any(const EvaluationParams& params, IouType type,
                       std::span<const Annotation> ground_truth, std::span<const D> detections,
                       int height, int width) {
  require(type != IouType::keypoints, ErrorCode::usage,
          "evaluation: detections of boxes and masks have no keypoints to compare (--iou-type)");
  ResultColumns results;
  results.first = {0, detections.size()};
  for (std::size_t d = 0; d < detections.size(); ++d) {
    const D& detection = detections[d];
    results.categories.push_back(category_rank(params, detection.category_id));
    append(results, detection, type);
    if (type != IouType::segm) continue;
    require(detection.mask.has_value() || results.categories.back() == no_category,
            ErrorCode::bad_data, "detection {}: a mask is needed for segm, found none", d);
    if (detection.mask) {
      results.shapes.add_runs(detection.mask->height, detection.mask->width, detection.mask->runs);
    } else {
      results.shapes.add_none();
    }
  }
  ImageMatches out;
  ImageMatcher(params, type)
      .match(out, columns_of(params, type, ground_truth, height, width), results, 0);
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

ImageMatcher::ImageMatcher(const EvaluationParams& params, IouType type) {
  validate(params);
  require(type != IouType::keypoints || !params.keypoint_sigmas.empty(), ErrorCode::usage,
          "evaluation: keypoints need the deviation of each point, found none");
  parts_ = std::make_unique<Parts>(params, type);
}
ImageMatcher::ImageMatcher(ImageMatcher&&) noexcept = default;
ImageMatcher& ImageMatcher::operator=(ImageMatcher&&) noexcept = default;
ImageMatcher::~ImageMatcher() = default;

void ImageMatcher::match(ImageMatches& out, const TruthColumns& truth, const ResultColumns& results,
                         std::size_t image) {
  parts_->match(out, truth, results, image);
}

}  // namespace roiflow
