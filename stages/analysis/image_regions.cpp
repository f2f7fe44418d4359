#include "stages/analysis/image_regions.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/evaluate/sort_scores.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/masks/polygon.hpp"

namespace roiflow {
namespace {

std::uint32_t category_rank(const EvaluationParams& params, std::int64_t id) {
  const auto& ids = params.category_ids;
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return no_category;
  return static_cast<std::uint32_t>(found - ids.begin());
}

MaskEnds measured_mask(MaskArena& arena, const ShapeView& shape, int height, int width) {
  MaskEnds mask;
  if (shape.kind == ShapeKind::text) {
    mask = arena.add_text(shape.text, shape.height, shape.width);
  } else if (shape.kind == ShapeKind::runs) {
    mask = arena.add_runs(shape.runs, shape.height, shape.width);
  } else {
    require(shape.kind == ShapeKind::polygons, ErrorCode::bad_data,
            "segmentation: a mask is needed, found none");
    mask = arena.add_runs(rasterise(shape.coordinates, shape.ring_sizes, height, width).runs,
                          height, width);
  }
  arena.measure(mask);
  return mask;
}

/// Rows in descending order of score. If all categories are one, equal scores are in the order of
/// the categories, as the COCO API joins them.
template <class Rank, class Score>
std::vector<std::size_t> best_first(std::size_t count, bool use_categories, const Rank& rank,
                                    const Score& score) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < count; ++i) {
    if (rank(i) != no_category) order.push_back(i);
  }
  if (!use_categories) {
    std::ranges::stable_sort(order, {}, rank);
  }
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return goes_before(score(a), score(b)); });
  return order;
}

/// Collects regions of either kind of input.
class Builder {
 public:
  Builder(const EvaluationParams& params, IouType type, int height, int width)
      : use_categories_(params.use_categories),
        masks_(type == IouType::segm),
        height_(height),
        width_(width) {}

  void add_truth(std::uint32_t rank, const std::array<double, 4>& box, bool crowd,
                 const ShapeView& shape, std::int64_t id) {
    if (rank == no_category) return;
    Region region{category(rank), box, {}};
    try {
      if (masks_) region.mask = measured_mask(image.arena, shape, height_, width_);
    } catch (const Error& error) {
      fail(error.code(), "annotation {}: {}", id, error.what());
    }
    (crowd ? image.crowds : image.objects).push_back(region);
  }

  /// Without a shape the mask is the box.
  void add_detection(std::uint32_t rank, const std::array<double, 4>& box, double score,
                     const ShapeView& shape) {
    Region region{category(rank), box, {}};
    if (masks_ && shape.kind == ShapeKind::none) {
      region.mask = image.arena.add_runs(rasterise_box(box, height_, width_).runs, height_, width_);
      image.arena.measure(region.mask);
    } else if (masks_) {
      region.mask = measured_mask(image.arena, shape, height_, width_);
    }
    image.detections.push_back(region);
    image.scores.push_back(score);
  }

  ImageRegions image;

 private:
  [[nodiscard]] std::uint16_t category(std::uint32_t rank) const {
    return use_categories_ ? static_cast<std::uint16_t>(rank) : std::uint16_t{0};
  }

  bool use_categories_, masks_;
  int height_, width_;
};

std::array<double, 4> box_of(const Detection& detection) {
  return coco_box(detection.box);
}
std::array<double, 4> box_of(const DetectionResult& result) {
  return result.bbox;
}

template <class D>
ImageRegions regions_of_any(const EvaluationParams& params, IouType type,
                            std::span<const Annotation> ground_truth, std::span<const D> detections,
                            int height, int width) {
  Builder builder(params, type, height, width);
  for (const Annotation& annotation : ground_truth) {
    ShapePool shape;
    shape.add(annotation.segmentation);
    builder.add_truth(category_rank(params, annotation.category_id), annotation.bbox,
                      annotation.iscrowd, shape[0], annotation.id);
  }
  const auto rank = [&](std::size_t d) { return category_rank(params, detections[d].category_id); };
  const auto score = [&](std::size_t d) { return static_cast<double>(detections[d].score); };
  for (const std::size_t d : best_first(detections.size(), params.use_categories, rank, score)) {
    const D& detection = detections[d];
    ShapeView shape;
    if (detection.mask) {
      shape = {.kind = ShapeKind::runs,
               .height = detection.mask->height,
               .width = detection.mask->width,
               .runs = detection.mask->runs};
    }
    builder.add_detection(rank(d), box_of(detection), score(d), shape);
  }
  return std::move(builder.image);
}

ShapeView shape_of(const ShapePool& shapes, std::size_t row) {
  return row < shapes.size() ? shapes[row] : ShapeView{};
}

/// Boxes are not read where masks are compared.
std::array<double, 4> box_of(const std::vector<std::array<double, 4>>& boxes, std::size_t row) {
  return row < boxes.size() ? boxes[row] : std::array<double, 4>{};
}

}  // namespace

ImageRegions regions_of(const EvaluationParams& params, IouType type,
                        std::span<const Annotation> ground_truth,
                        std::span<const Detection> detections, int height, int width) {
  return regions_of_any(params, type, ground_truth, detections, height, width);
}

ImageRegions regions_of(const EvaluationParams& params, IouType type,
                        std::span<const Annotation> ground_truth,
                        std::span<const DetectionResult> detections, int height, int width) {
  return regions_of_any(params, type, ground_truth, detections, height, width);
}

ImageRegions regions_of(const EvaluationParams& params, IouType type, const TruthColumns& truth,
                        const ResultColumns& results, std::size_t image) {
  Builder builder(params, type, truth.heights[image], truth.widths[image]);
  for (std::size_t row = truth.first[image]; row < truth.first[image + 1]; ++row) {
    builder.add_truth(truth.categories[row], box_of(truth.boxes, row), truth.crowds[row] != 0,
                      shape_of(truth.shapes, row), truth.ids[row]);
  }
  const std::size_t first = results.first[image];
  const auto rank = [&](std::size_t d) { return results.categories[first + d]; };
  const auto score = [&](std::size_t d) { return results.scores[first + d]; };
  for (const std::size_t d :
       best_first(results.first[image + 1] - first, params.use_categories, rank, score)) {
    builder.add_detection(rank(d), box_of(results.boxes, first + d), score(d),
                          shape_of(results.shapes, first + d));
  }
  return std::move(builder.image);
}

ImageOverlaps::ImageOverlaps(IouType type, const ImageRegions& image)
    : columns_(image.objects.size()),
      values_(image.detections.size() * image.objects.size()),
      in_crowd_(image.detections.size()) {
  const auto overlap = [&](const Region& detection, const Region& truth, bool crowd) {
    return type == IouType::segm ? image.arena.iou(detection.mask, truth.mask, crowd)
                                 : box_iou(detection.bbox, truth.bbox, crowd);
  };
  for (std::size_t d = 0; d < image.detections.size(); ++d) {
    const Region& detection = image.detections[d];
    for (std::size_t g = 0; g < columns_; ++g) {
      values_[d * columns_ + g] = overlap(detection, image.objects[g], false);
    }
    for (const Region& crowd : image.crowds) {
      if (crowd.category != detection.category) continue;
      in_crowd_[d] = std::max(in_crowd_[d], overlap(detection, crowd, true));
    }
  }
}

}  // namespace roiflow
