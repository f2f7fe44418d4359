/// What one stage of a detector hands to the next: one struct an edge, so that a wrong edge does
/// not compile. All tensors are float32, NHWC; boxes are in pixels of the resized image until
/// Detection.
///
///   EncodedImage -> Image -> (ProposedImage, Fast R-CNN only) -> NetworkInput -> TrunkResult
///     -> Proposed -> Classified -> Detected -> Masked (Mask R-CNN only) -> ImageDetections
///     -> Evaluated
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "stages/analysis/image_record.hpp"
#include "stages/core/box.hpp"
#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/evaluate/match.hpp"
#include "stages/heads/box_result.hpp"

namespace roiflow {

/// An image and the regions worth a look, found before any network saw it.
struct ProposedImage {
  Image image;
  std::vector<Box> boxes;  ///< best first; pixels of the image
};

/// The feature pyramid that regions are cut from; shared by all stages up to the mask head and
/// given back as soon as the last of them is done.
struct Pyramid {
  std::vector<Tensor<float, 4>> levels;  ///< finest first, [1, h, w, channels]; all of them
  ImageGeometry geometry;
};

struct TrunkResult {
  std::shared_ptr<const Pyramid> pyramid;
  std::vector<Tensor<float, 4>> objectness;  ///< per proposal level, [1, h, w, anchors] logits
  std::vector<Tensor<float, 4>> deltas;      ///< [1, h, w, 4 anchors]
  std::vector<Box> proposals;                ///< that came with the image; Fast R-CNN only
};

struct Proposed {
  std::shared_ptr<const Pyramid> pyramid;
  std::vector<Box> boxes;  ///< best first
};

struct Classified {
  std::shared_ptr<const Pyramid> pyramid;
  std::vector<Box> boxes;
  Tensor<float, 2> class_logits;  ///< [boxes, classes]
  Tensor<float, 2> deltas;        ///< [boxes, 4 classes]
};

struct Detected {
  std::shared_ptr<const Pyramid> pyramid;
  std::vector<ScoredBox> boxes;  ///< best first
};

struct Masked {
  ImageGeometry geometry;
  std::vector<ScoredBox> boxes;
  Tensor<float, 3> probabilities;  ///< [boxes, M, M] of each box's own class
};

struct ImageDetections {
  std::vector<Detection> detections;  ///< best first; pixels of the original image
};

/// Detections (their masks as run lengths) with what became of them against the ground truth.
struct Evaluated {
  std::vector<Detection> detections;
  std::optional<ImageMatches> bbox;                  ///< nothing if the data set has no annotations
  std::optional<ImageMatches> segm;                  ///< nothing without masks on either side
  std::optional<ImageAnalysisRecord> bbox_analysis;  ///< where there are matches
  std::optional<ImageAnalysisRecord> segm_analysis;
};

}  // namespace roiflow
