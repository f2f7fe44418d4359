/// A batch's detections as rows of the mask head (kernels/host_block.hpp): those of all images one
/// behind the other, best first, without gaps.
///
///   found     [images][per_image] best first, pixels of the resized image (DetectionRows)
///   counts    [images] how many of them there are
///   geometry  [images]
///   out       [rows]; rows beyond the last detection are not in use: image and label -1, boxes 0
///
/// Example: two images with 2 and 1 detections of per_image 100: rows 0 and 1 are of image 0, row 2
/// of image 1, the others of image -1.
#pragma once

#include <cstdint>

#include "stages/heads/box_result.hpp"
#include "stages/heads/original_box.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// What RoIAlign, the mask predictor and mask pasting want to know of a row.
struct MaskRows {
  Box* boxes = nullptr;      ///< pixels of the resized image
  Box* originals = nullptr;  ///< pixels of the original image
  int* images = nullptr;
  int* labels = nullptr;
};

/// An index is a row.
struct GatherMaskRows {
  const ScoredBox* found = nullptr;
  const int* counts = nullptr;
  const ImageGeometry* geometry = nullptr;
  int batch = 0;  ///< images
  int per_image = 0;
  MaskRows out;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t row) const {
    int image = 0;
    std::int64_t place = row;
    while (image < batch && place >= counts[image]) place -= counts[image++];
    if (image == batch) {
      out.boxes[row] = out.originals[row] = {};
      out.images[row] = out.labels[row] = -1;
      return;
    }
    const ScoredBox detection = found[static_cast<std::int64_t>(image) * per_image + place];
    out.boxes[row] = detection.box;
    out.originals[row] = to_original(detection.box, geometry[image]);
    out.images[row] = image;
    out.labels[row] = detection.label;
  }
};

/// `rows` up to images * per_image.
template <class Run>
void gather_mask_rows(const Run& run, const GatherMaskRows& gather, int rows) {
  run.each(gather, rows);
}

}  // namespace roiflow
