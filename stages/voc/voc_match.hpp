/// Matching by the rule of PASCAL VOC (VOCdevkit, VOCevaldet.m): what became of every detection of
/// one image, in a few bytes each, so that boxes can be dropped at once.
///
/// The rule, class by class. Detections, highest confidence first (equal ones keep the order
/// given), look at the object of largest overlap, difficult ones included; of equal ones the first
/// counts. If the overlap reaches the threshold: a difficult object makes the detection neither
/// right nor wrong; a free one is taken and makes it right; a taken one makes it wrong, and there
/// is no second choice (COCO would look for the next free one). Otherwise the detection is wrong.
///
/// Coordinates. VOC counts pixels from 1 and both corners belong to the box: a box of one pixel has
/// xmin = xmax, and widths are xmax - xmin + 1. Our x y w h count from 0 and end exclusively:
///
///   xmin = x + 1    ymin = y + 1    xmax = x + w    ymax = y + h
///
/// so w = xmax - xmin + 1 is the same width, and the overlap is intersection over union of the
/// same pixels. detectron2 writes its detections so (only the upper left corner moves);
/// py-faster-rcnn, whose boxes end inclusively, adds 1 to all four, to the same pixels. Additions
/// of 1 to a coordinate of a file, and back, are exact (from xmin = 1 on), so the overlap has the
/// bits that VOCevaldet.m computes from that file.
/// Example: x y w h = {0, 0, 10, 20} is {xmin 1, ymin 1, xmax 10, ymax 20}, area 200.
///
/// Everything here may be called from several threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/evaluate/detection_result.hpp"

namespace roiflow {

/// Corners in VOC's convention.
struct VocBox {
  double xmin = 0, ymin = 0, xmax = 0, ymax = 0;
  bool operator==(const VocBox&) const = default;
};
[[nodiscard]] VocBox to_voc_box(const std::array<double, 4>& bbox);
/// The way back; its w is rounded so that x + w gives xmax again (but for ties of that rounding).
[[nodiscard]] std::array<double, 4> from_voc_box(const VocBox& box);

/// Intersection over union; minus infinity if no pixel is common. In double, in VOCevaldet's order:
/// iw * ih / (area(a) + area(b) - iw * ih).
[[nodiscard]] double voc_overlap(const VocBox& a, const VocBox& b);

struct VocObject {
  std::int64_t category_id = 0;
  VocBox box;
  bool difficult = false;
};

struct VocDetection {
  std::int64_t category_id = 0;
  double score = 0;
  VocBox box;
  std::uint64_t place = 0;  ///< among all detections of the class; decides between equal scores
};

struct VocRule {
  double iou_threshold = 0.5;
  bool strictly_above = false;  ///< overlap > threshold, as py-faster-rcnn and detectron2 have it
};

enum class VocVerdict : std::uint8_t { wrong, right, neither };

/// One class in one image; D detections, in the order of matching.
struct VocClassMatches {
  std::int64_t category_id = 0;
  std::uint32_t ground_truths = 0;  ///< that are not difficult
  std::vector<double> scores;       ///< [D] descending
  std::vector<std::uint64_t> places;
  std::vector<VocVerdict> verdicts;
};

/// Ascending category id; the classes that have objects or detections in this image.
[[nodiscard]] std::vector<VocClassMatches> match_voc(const VocRule& rule,
                                                     std::span<const VocObject> objects,
                                                     std::span<const VocDetection> detections);

/// A crowd region, which VOC does not know, counts as difficult.
[[nodiscard]] std::vector<VocObject> voc_objects(std::span<const Annotation> annotations);

/// Equal scores go by image, then by the order given: `image` counts the images in the order of
/// the data set, which is the order in which every tool writes its results.
[[nodiscard]] std::vector<VocDetection> voc_detections(std::int64_t image,
                                                       std::span<const DetectionResult> detections);

}  // namespace roiflow
