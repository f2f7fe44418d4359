#include "stages/evaluate/detection_result.hpp"

#include "stages/masks/rle.hpp"

namespace roiflow {

std::array<double, 4> coco_box(const Box& box) {
  return {static_cast<double>(box.x0), static_cast<double>(box.y0), static_cast<double>(width(box)),
          static_cast<double>(height(box))};
}

double coco_area(const Detection& detection, IouType type) {
  if (type == IouType::segm) {
    return detection.mask ? static_cast<double>(area(*detection.mask)) : 0.0;
  }
  const auto box = coco_box(detection.box);
  return box[2] * box[3];
}

}  // namespace roiflow
