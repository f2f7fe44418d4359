/// The door of this room: collects the records of all images and makes the analysis of them.
///
/// Example: AnalysisCollector collector(params); for every image collector.append(id,
/// analyse_image(...)); then collector.finish(accumulator.accumulate(), categories, {}).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

/// Calls body(0) ... body(count - 1), in any order, perhaps from several threads.
using ForEach =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

void one_after_the_other(std::size_t count, const std::function<void(std::size_t)>& body);

struct AnalysisOptions {
  /// Detections below it are left out of the confusion matrix; nothing: Analysis::overall.
  std::optional<double> score_threshold;
  int bootstrap_samples = 0;  ///< 0: no confidence intervals
  std::uint64_t bootstrap_seed = 1;
  ForEach for_each = one_after_the_other;  ///< how the samples are computed
};

class AnalysisCollector {
 public:
  /// Throws Error{usage} as validate().
  explicit AnalysisCollector(EvaluationParams params);

  /// Every image once, in any order; not from several threads at once.
  void append(std::int64_t image_id, ImageAnalysisRecord record);

  /// Takes over all images of another part of the same evaluation.
  void merge(AnalysisCollector&& other);

  /// `arrays` are those of the same images. The result does not depend on the order of appending,
  /// nor on options.for_each. Throws Error{bad_data} if an image id was appended twice.
  [[nodiscard]] Analysis finish(const EvaluationArrays& arrays,
                                std::span<const Category> categories,
                                const AnalysisOptions& options) const;

  /// The confusion matrix for another score threshold.
  [[nodiscard]] ConfusionMatrix confusion(std::span<const Category> categories,
                                          double score_threshold) const;

  [[nodiscard]] const EvaluationParams& params() const { return params_; }

  /// All images, ascending ids. Throws Error{bad_data} if an image id was appended twice.
  struct Images {
    std::vector<std::int64_t> ids;
    std::vector<const ImageAnalysisRecord*> records;  ///< point into the collector
  };
  [[nodiscard]] Images images() const;

 private:
  EvaluationParams params_;
  /// Where the records lie: in a few large blocks. Small ones all over the heap, kept to the end of
  /// a run, would hold many times their own size back from the system.
  std::vector<std::shared_ptr<std::pmr::memory_resource>> memory_;
  std::vector<std::pair<std::int64_t, ImageAnalysisRecord>> images_;  // in order of arrival
};

}  // namespace roiflow
