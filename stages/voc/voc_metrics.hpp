/// The numbers of a PASCAL VOC evaluation, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

struct VocClass {
  std::int64_t category_id = 0;
  std::string name;
  double ap = 0;                    ///< NaN: no ground truth that counts
  std::uint64_t ground_truths = 0;  ///< that are not difficult
  std::uint64_t detections = 0;
  std::vector<double> recall, precision;  ///< after each detection, best first
};

struct VocMetrics {
  std::string metric;      ///< "voc07" or "voc10"
  std::string comparison;  ///< ">=" (VOCdevkit) or ">" (py-faster-rcnn, detectron2)
  double iou_threshold = 0.5;
  double map = 0;  ///< mean over classes whose AP exists
  std::vector<VocClass> classes;
};

}  // namespace roiflow
