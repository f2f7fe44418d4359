/// The ground truth of an image as training sees it.
///
///   in    an image's annotations (image pixels, x y width height), and how the image was resized
///   out   boxes in pixels of the resized image, labels of the network (1 ..), and, if wanted,
///   masks
///         of the size of the original image; all in the order of the annotations
///
/// As torchvision's reference training prepares COCO: crowd regions are left out; boxes become
/// float32 corners and are clipped to the image; boxes without width or height are left out; the
/// rest is scaled by resized / original, axis by axis in float32 (GeneralizedRCNNTransform). A box
/// whose size vanishes in scaling, which torchvision refuses, is left out too. "difficult" objects
/// of PASCAL VOC stay. An image may have no object at all: everything in it is background
/// (torchvision's reference training leaves such images out of the set).
///
/// Example: 100 x 200 pixels resized to 200 x 400, bbox 10 20 30 40: box {20 40 80 120}.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/box.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

struct TrainingTruth {
  std::vector<Box> boxes;
  std::vector<int> labels;
  std::vector<Rle> masks;  ///< as many, or none
};

struct TruthOptions {
  /// The data set's category id of labels 1, 2, ...; empty: the label is the id.
  std::vector<std::int64_t> category_ids;
  int classes = 0;  ///< background included
  bool masks = false;
};

/// Throws Error{bad_data} naming the annotation for a category that is none of the network's, and
/// for an object without a mask where masks are wanted.
[[nodiscard]] TrainingTruth training_truth(std::span<const Annotation> annotations,
                                           const ImageGeometry& geometry,
                                           const TruthOptions& options);

}  // namespace roiflow
