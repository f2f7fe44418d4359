/// Precision over recall of one category after the other. See accumulate.hpp for the arrays.
///
/// Recall rises only at a true positive, and precision falls in between: so only the true positives
/// are kept, and a recall that needs n of them is first reached at the n-th. Most detections touch
/// nothing and are wrong (or ignored) at every threshold: they are only counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/evaluate/match_log.hpp"

namespace roiflow {

struct EvaluationArrays;

class PrecisionCurves {
 public:
  PrecisionCurves(const EvaluationParams& params, const FlagTable& flags);

  /// Sets the cells of category `k` that have something to be found; the rest stays as it is.
  /// Throws Error{bad_data} if more is found than there is.
  void fill(EvaluationArrays& arrays, std::size_t k, const CategoryLog& log,
            std::span<const RankedDetection> detections);

 private:
  /// A detection that is not the same at all thresholds; bit t stands for threshold t.
  struct Event {
    double score = 0;
    std::uint64_t right = 0, wrong = 0;
    std::size_t level = 0;  ///< the first limit of detections that keeps it
  };
  /// A true positive.
  struct Point {
    double precision = 0, score = 0;
  };

  void find_levels(std::span<const RankedDetection> detections);
  void find_events(std::size_t range, std::span<const RankedDetection> detections);
  void find_needed(std::uint64_t objects);
  void trace(std::size_t threshold, std::size_t limit, std::uint64_t objects);
  void sample(EvaluationArrays& arrays, std::size_t t, std::size_t k, std::size_t a,
              std::size_t m) const;

  const EvaluationParams* params_;
  std::vector<Event> kinds_;                  // [flags, A] as they act, without score and level
  std::vector<std::uint32_t> level_of_rank_;  // [max_detections.back()]
  std::size_t levels_ = 0;                    // limits from here on keep the same detections
  std::vector<double> first_scores_;          // [levels] of the best detection that is kept
  std::vector<Event> events_;                 // [E]
  std::vector<std::uint32_t> wrong_before_;   // [E, levels] wrong at all thresholds
  std::vector<std::uint64_t> needed_;         // [R] true positives that reach the recall
  std::vector<Point> points_;
};

}  // namespace roiflow
