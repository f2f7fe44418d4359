#include "stages/gpu/finish_detections.hpp"

#include "stages/detector/described_params.hpp"
#include "stages/detector/regions.hpp"

namespace roiflow {
namespace {

ImageDetections finish(const CategoryIds& categories, const DeviceDetections& found) {
  const ImageGeometry& g = found.geometry;
  ImageDetections result = without_masks(categories, found.boxes, g);
  for (std::size_t i = 0; i < found.masks.size(); ++i) {
    result.detections[i].mask = to_rle(found.masks[i], g.original_height, g.original_width);
  }
  return result;
}

}  // namespace

BatchDetector without_engines(const ModelDescription& d) {
  BatchDetector detector;
  detector.has_masks = d.kind == ModelKind::mask_rcnn;
  detector.finish = [categories = category_ids(d)](const DeviceDetections& found) {
    return finish(categories, found);
  };
  if (!d.has_rpn()) detector.find_regions = make_find_regions(d.proposals);
  return detector;
}

}  // namespace roiflow
