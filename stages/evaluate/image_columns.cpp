#include "stages/evaluate/image_columns.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::uint32_t category_rank(const EvaluationParams& params, std::int64_t id) {
  const auto& ids = params.category_ids;
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return no_category;
  return static_cast<std::uint32_t>(found - ids.begin());
}

TruthColumns truth_columns(const EvaluationParams& params, IouType type,
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
ImageColumns columns_of(const EvaluationParams& params, IouType type,
                        std::span<const Annotation> annotations, std::span<const D> detections,
                        int height, int width) {
  require(type != IouType::keypoints, ErrorCode::usage,
          "evaluation: detections of boxes and masks have no keypoints to compare (--iou-type)");
  ImageColumns columns{truth_columns(params, type, annotations, height, width), {}};
  ResultColumns& results = columns.results;
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
  return columns;
}

}  // namespace

ImageColumns image_columns(const EvaluationParams& params, IouType type,
                           std::span<const Annotation> annotations,
                           std::span<const Detection> detections, int height, int width) {
  return columns_of(params, type, annotations, detections, height, width);
}

ImageColumns image_columns(const EvaluationParams& params, IouType type,
                           std::span<const Annotation> annotations,
                           std::span<const DetectionResult> detections, int height, int width) {
  return columns_of(params, type, annotations, detections, height, width);
}

}  // namespace roiflow
