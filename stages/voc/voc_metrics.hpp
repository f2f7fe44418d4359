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
  std::uint64_t detections = 0;     ///< all of them: right, wrong and on difficult objects
  std::uint64_t true_positives = 0;
  std::uint64_t false_positives = 0;
  /// After each detection that is right or wrong, best first; one on a difficult object would
  /// repeat the point before it and is left out.
  std::vector<double> recall, precision;
};

struct VocMetrics {
  std::string metric;      ///< "voc07" or "voc10"
  std::string comparison;  ///< ">=" (VOCdevkit) or ">" (py-faster-rcnn, detectron2)
  std::string grid;        ///< of voc07: "matlab" or "numpy"; "" for voc10
  double iou_threshold = 0.5;
  double map = 0;  ///< mean over classes whose AP exists; NaN if there is none
  std::uint64_t classes_with_ap = 0;
  std::vector<VocClass> classes;  ///< in the order of the category table
};

}  // namespace roiflow
