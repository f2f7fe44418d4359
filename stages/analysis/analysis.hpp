/// What an evaluation can tell beyond its headline numbers: the results that the reports show. Who
/// computes them is next door in this folder; these are plain values.
///
/// Numbers that do not exist (no ground truth of that class, an undefined ratio) are -1, as in the
/// COCO API.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

/// Both ends belong to it; low = high = -1 if there is nothing to bound.
struct Interval {
  double low = -1;
  double high = -1;
};

/// Where a detector could be run: the score from which on detections are kept, and what they are
/// worth then. From the raw curve: precision at this score, not the best one at a higher recall.
struct OperatingPoint {
  double score = -1;
  double precision = -1;
  double recall = -1;
  double f1 = -1;
};

/// Precision over recall of one class at one IoU threshold; parallel arrays.
struct PrecisionRecall {
  double iou_threshold = 0;
  std::vector<double> recall;     ///< ascending
  std::vector<double> precision;  ///< highest at this recall or beyond
  std::vector<double> score;      ///< of the detection that reaches this recall
};

/// One row of the per-class table. Counts and `best` are at IoU 0.5, all sizes, the highest limit
/// of detections.
struct ClassAnalysis {
  std::int64_t category_id = 0;
  std::string name;
  double ap = -1, ap50 = -1, ap75 = -1;
  std::uint64_t ground_truths = 0;  ///< to be found; crowds are not
  std::uint64_t detections = 0;     ///< that count: neither ignored nor cut off
  std::uint64_t true_positives = 0;
  OperatingPoint best;     ///< of the highest F1
  Interval ap_ties;        ///< AP over all orders of equal scores
  Interval ap_confidence;  ///< 95 %, bootstrap over images; -1 if not asked for
  std::vector<PrecisionRecall> curves;
};

/// Rows: ground truth by class, then "background" (a detection of nothing). Columns: detections by
/// class, then "missed". Greedy by score over all classes at one IoU threshold.
struct ConfusionMatrix {
  double iou_threshold = 0.5;
  double score_threshold = 0;         ///< detections below it were left out
  std::vector<std::string> labels;    ///< K classes
  std::vector<std::uint64_t> counts;  ///< [K + 1, K + 1] row-major
};

/// TIDE (Bolya et al. 2020): what is lost by each kind of error, in AP points of 0 .. 1.
struct ErrorKind {
  std::string name;  ///< classification, localisation, both, duplicate, background, missed, ...
  double loss = 0;   ///< AP that would be won if there were no such error
  std::uint64_t count = 0;
};
struct ErrorBreakdown {
  double iou_threshold = 0.5;
  double background_threshold = 0.1;
  double ap = -1;                  ///< by TIDE's convention, not COCO's
  std::vector<ErrorKind> main;     ///< six kinds
  std::vector<ErrorKind> special;  ///< all false positives, all false negatives
};

/// One convention applied to the same match records.
struct ConventionRow {
  std::string name;         ///< "pycocotools", "without epsilon", ...
  std::string description;  ///< in what it differs, and who does so
  double ap = -1, ap50 = -1, ap75 = -1;
};

/// Detections that are wrong and objects that were not found in one image, at IoU 0.5 and the best
/// operating point of each class.
struct ImageErrors {
  std::int64_t image_id = 0;
  std::uint32_t true_positives = 0, false_positives = 0, misses = 0;
};

/// Everything of one evaluation type.
struct Analysis {
  std::vector<ClassAnalysis> classes;  ///< ascending category id
  OperatingPoint overall;  ///< one score for all classes; the confusion matrix' default threshold
  Interval ap_ties;        ///< of the headline AP
  Interval ap_confidence;
  Interval ap50_confidence;
  int bootstrap_samples = 0;  ///< 0: not asked for
  ConfusionMatrix confusion;
  ErrorBreakdown errors;
  std::vector<ConventionRow> conventions;
  std::vector<ImageErrors> images;  ///< most false positives + misses first
};

}  // namespace roiflow
