/// Accumulation: the match records of all images to the numbers of a PASCAL VOC evaluation, equal
/// for any order in which images are appended and any way in which shards are merged. 17 bytes a
/// detection and 8 an image.
///
/// Recall is tp / npos and precision tp / (fp + tp), npos the objects that are not difficult.
/// A class with npos = 0 has no AP (NaN) and is left out of the mean; VOCdevkit's 2007 code would
/// give it 0, its later code NaN. A class with objects whose detections all lie on difficult ones
/// has AP 0, as in VOCap.m and detectron2; VOCdevkit's 2007 code gives NaN there.
///
/// Example:
///   VocAccumulator sum(rule, categories);
///   sum.append(image_id, match_voc(rule, objects, detections));      // every image once
///   sum.metrics(VocMetric::voc10).map
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/voc/voc_average_precision.hpp"
#include "stages/voc/voc_match.hpp"
#include "stages/voc/voc_metrics.hpp"

namespace roiflow {

class VocAccumulator {
 public:
  VocAccumulator(const VocRule& rule, std::span<const Category> categories);

  /// Classes that are not in the category table are passed over, as the COCO API does. Not from
  /// several threads at once. Throws Error{bad_data} if this image was appended before.
  void append(std::int64_t image_id, std::span<const VocClassMatches> matches);

  /// Adds the images of another part of the same data set. Throws Error{bad_data} if an image is in
  /// both, Error{usage} if rule or category table differ.
  void merge(const VocAccumulator& other);

  /// `grid` is for voc07 only.
  [[nodiscard]] VocMetrics metrics(VocMetric metric, VocGrid grid = VocGrid::matlab) const;

  [[nodiscard]] std::size_t image_count() const { return images_.size(); }

 private:
  struct ClassLog {
    std::uint64_t ground_truths = 0;
    std::vector<double> scores;
    std::vector<std::uint64_t> places;
    std::vector<VocVerdict> verdicts;
  };
  [[nodiscard]] static std::vector<std::size_t> sorted(const ClassLog& log);
  [[nodiscard]] static VocClass curve(const ClassLog& log);
  void add_image(std::int64_t image_id);

  VocRule rule_;
  std::vector<Category> categories_;
  std::unordered_map<std::int64_t, std::size_t> rank_;  // of a category id in categories_
  std::vector<ClassLog> classes_;                       // parallel to categories_
  std::unordered_set<std::int64_t> images_;
};

}  // namespace roiflow
