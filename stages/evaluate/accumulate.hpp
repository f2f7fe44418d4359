/// Accumulation: match records of all images to precision and recall. Equal to accumulate of
/// pycocotools' COCOeval to the last bit, for any order in which images are appended.
///
///   precision, scores   [T, R, K, A, M]   IoU threshold, recall, category, area range, max dets
///   recall              [T, K, A, M]
///
/// -1 where there is nothing to be found. precision is the highest one at this recall or beyond, 0
/// for a recall that is not reached; scores the score there. Precision is tp / (fp + tp + 2^-52),
/// so a perfect detector gets 1 - 2^-52 (the denominator of 1 found object rounds up to 1 + 2^-52).
///
/// Example: Accumulator sum(params); sum.append(id, match_image(...)) for every image;
/// then summarise(params, sum.accumulate()) of summary.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/evaluate/evaluation_params.hpp"
#include "stages/evaluate/match.hpp"
#include "stages/evaluate/match_log.hpp"

namespace roiflow {

struct EvaluationArrays {
  std::size_t thresholds = 0, recalls = 0, categories = 0, areas = 0, limits = 0;  // T R K A M
  std::vector<double> precision;
  std::vector<double> scores;
  std::vector<double> recall;

  [[nodiscard]] std::size_t cell(std::size_t t, std::size_t k, std::size_t a, std::size_t m) const {
    return ((t * categories + k) * areas + a) * limits + m;
  }
  [[nodiscard]] std::size_t cell(std::size_t t, std::size_t r, std::size_t k, std::size_t a,
                                 std::size_t m) const {
    return (((t * recalls + r) * categories + k) * areas + a) * limits + m;
  }
};

class Accumulator {
 public:
  /// Throws Error{usage} as validate().
  explicit Accumulator(EvaluationParams params);
  /// From what the functions below give; parts that belong together.
  Accumulator(EvaluationParams params, std::vector<std::int64_t> image_ids, FlagTable flags,
              std::vector<CategoryLog> categories);

  /// Every image once, with or without detections; not from several threads at once.
  void append(std::int64_t image_id, const ImageMatches& matches);

  /// Everything that `other` holds, as if its images had been appended here. Throws Error{bad_data}
  /// saying which parameters differ, or naming image ids that both hold.
  void merge(const Accumulator& other);

  /// Throws Error{bad_data} if an image id was appended twice.
  [[nodiscard]] EvaluationArrays accumulate() const;

  [[nodiscard]] const EvaluationParams& params() const { return params_; }
  [[nodiscard]] const std::vector<std::int64_t>& image_ids() const { return image_ids_; }
  /// One of EvaluationParams::category_count().
  [[nodiscard]] const CategoryLog& category(std::size_t k) const { return categories_[k]; }
  [[nodiscard]] const FlagTable& flag_table() const { return flags_; }

  /// The same records as if the images had been appended by ascending id: equal ones become equal
  /// in every part. Throws as image_order().
  [[nodiscard]] Accumulator in_order() const;

  /// The place of each image of image_ids() among all of them by ascending id. Throws
  /// Error{bad_data} if an id occurs twice.
  [[nodiscard]] std::vector<std::uint32_t> image_order() const;

 private:
  EvaluationParams params_;
  std::vector<std::int64_t> image_ids_;  // in order of arrival
  FlagTable flags_;
  std::vector<CategoryLog> categories_;  // [K]
};

}  // namespace roiflow
