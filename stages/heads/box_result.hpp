/// Box result: from the box head's two outputs to the detections of an image.
///
///   class_logits   [n, classes]      class 0 is background
///   deltas         [n, 4 classes]    dx dy dw dh per class (anchors/box_coder.hpp)
///   proposals      [n]               pixels of the resized image
///   out            best first, at most detections_per_image, pixels of the resized image
///
/// Softmax over the classes; every class but background makes a candidate of its own; kept are
/// scores > score_threshold; decode, clip to the resized image, drop boxes with a side < min_size,
/// NMS per class, then the best of all classes. Equal scores: lower proposal, then lower class.
/// A proposal with a NaN among its logits or deltas gives no detection for the classes concerned.
///
/// Reference: torchvision RoIHeads.postprocess_detections, one image; NMS per class is exact for
/// any number of boxes (nms/nms.hpp).
/// Many images at once, on a GPU: box_result_cuda.hpp.
/// Example: one proposal {10 10 50 50}, logits {0, 3}, deltas 0: label 1, score 0.9526, same box.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/heads/original_box.hpp"

namespace roiflow {

struct ScoredBox {
  Box box;
  float score = 0;  ///< 0 .. 1
  int label = 0;    ///< class of the network, 1 .. classes - 1
};

struct BoxResultParams {
  float score_threshold = 0.05F;
  double nms_threshold = 0.5;
  int detections_per_image = 100;
  float min_size = 1e-2F;                            ///< pixels of the resized image
  std::array<float, 4> delta_weights{10, 10, 5, 5};  ///< of dx dy dw dh
};

/// Throws Error{bad_data} for parameters that make no sense.
void check(const BoxResultParams& params);

class BoxResult {
 public:
  /// Throws Error{bad_data} for parameters that make no sense.
  explicit BoxResult(const BoxResultParams& params);

  /// Throws Error{bad_data} if the shapes do not fit each other. Safe from several threads.
  std::vector<ScoredBox> operator()(TensorView<const float, 2> class_logits,
                                    TensorView<const float, 2> deltas,
                                    std::span<const Box> proposals,
                                    const ImageGeometry& geometry) const;

 private:
  BoxResultParams params_;
};

/// The way back from to_original (original_box.hpp): each axis times resized / original, in
/// float32.
Box to_resized(const Box& box, const ImageGeometry& geometry);
/// The same detections in pixels of the original image.
std::vector<ScoredBox> to_original(std::span<const ScoredBox> boxes, const ImageGeometry& geometry);

}  // namespace roiflow
