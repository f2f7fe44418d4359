#include "stages/analysis/image_regions.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/evaluate/shape_mask.hpp"
#include "stages/evaluate/sort_scores.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/masks/polygon.hpp"

namespace roiflow {
namespace {

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

/// Collects the regions of an image.
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
      if (masks_) region.mask = measured(add_shape(image.arena, shape, height_, width_));
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
      region.mask =
          measured(image.arena.add_runs(rasterise_box(box, height_, width_).runs, height_, width_));
    } else if (masks_) {
      region.mask = measured(add_shape(image.arena, shape, height_, width_));
    }
    image.detections.push_back(region);
    image.scores.push_back(score);
  }

  ImageRegions image;

 private:
  [[nodiscard]] MaskEnds measured(MaskEnds mask) const {
    image.arena.measure(mask);
    return mask;
  }
  [[nodiscard]] std::uint16_t category(std::uint32_t rank) const {
    return use_categories_ ? static_cast<std::uint16_t>(rank) : std::uint16_t{0};
  }

  bool use_categories_, masks_;
  int height_, width_;
};

ShapeView shape_of(const ShapePool& shapes, std::size_t row) {
  return row < shapes.size() ? shapes[row] : ShapeView{};
}

/// Boxes are not read where masks are compared.
std::array<double, 4> box_of(const std::vector<std::array<double, 4>>& boxes, std::size_t row) {
  return row < boxes.size() ? boxes[row] : std::array<double, 4>{};
}

}  // namespace

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
