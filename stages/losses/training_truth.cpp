#include "stages/losses/training_truth.hpp"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "stages/core/error.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

int label_of(const Annotation& annotation, const TruthOptions& options) {
  const std::int64_t id = annotation.category_id;
  std::int64_t label = id;
  if (!options.category_ids.empty()) {
    const auto& ids = options.category_ids;
    label = std::ranges::find(ids, id) - ids.begin() + 1;
  }
  require(label >= 1 && label < options.classes, ErrorCode::bad_data,
          "annotation {}: category {} is none of the model's {} classes (category_ids of its "
          "description)",
          annotation.id, id, options.classes - 1);
  return static_cast<int>(label);
}

/// x y width height to corners, in float32 as torch does it, inside the image.
Box corners(const Annotation& annotation, const ImageGeometry& g) {
  const auto x = static_cast<float>(annotation.bbox[0]), y = static_cast<float>(annotation.bbox[1]);
  const Box box{x, y, x + static_cast<float>(annotation.bbox[2]),
                y + static_cast<float>(annotation.bbox[3])};
  return clip(box, static_cast<float>(g.original_height), static_cast<float>(g.original_width));
}

/// Written so that NaN fails.
bool has_size(const Box& box) {
  return box.x1 > box.x0 && box.y1 > box.y0;
}

Rle mask_of(const Annotation& annotation, const ImageGeometry& g) {
  require(!std::holds_alternative<std::monostate>(annotation.segmentation), ErrorCode::bad_data,
          "annotation {}: the mask loss needs a mask, found none", annotation.id);
  return to_rle(annotation.segmentation, g.original_height, g.original_width);
}

}  // namespace

TrainingTruth training_truth(std::span<const Annotation> annotations, const ImageGeometry& geometry,
                             const TruthOptions& options) {
  TrainingTruth truth;
  for (const Annotation& annotation : annotations) {
    if (annotation.iscrowd) continue;
    const Box original = corners(annotation, geometry);
    const Box box = to_resized(original, geometry);
    if (!has_size(original) || !has_size(box)) continue;
    truth.boxes.push_back(box);
    truth.labels.push_back(label_of(annotation, options));
    if (options.masks) truth.masks.push_back(mask_of(annotation, geometry));
  }
  return truth;
}

}  // namespace roiflow
