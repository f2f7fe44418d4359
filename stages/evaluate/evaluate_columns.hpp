/// Evaluation of whole files' worth of columns: every image that was processed is matched and
/// appended, in ascending order of image ids.
///
/// Example, on one thread: summarise(params, evaluate_columns(params, IouType::bbox, truth,
/// results).accumulate()).
#pragma once

#include <cstddef>
#include <functional>

#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/evaluation_columns.hpp"
#include "stages/evaluate/match.hpp"

namespace roiflow {

/// Calls body(i) for every i below `count`, in any order and possibly at the same time, and returns
/// when all are done. What a body throws it rethrows.
using ParallelLoop =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

struct EvaluationHooks {
  std::function<void(std::size_t)> progress;  ///< gets the number of images done; may be empty
  ParallelLoop parallel;                      ///< empty: one thread
  /// Gets each image's row and matches on the thread that matched it; may be empty.
  std::function<void(std::size_t, const ImageMatches&)> matched;
};

/// The result does not depend on the threads. Images whose `image_processed` is 0 are left out.
/// Throws Error{usage} as ImageMatcher, and if params.category_ids are not truth.category_ids;
/// Error{bad_data} as ImageMatcher::match, or if what is compared is missing in the columns.
[[nodiscard]] Accumulator evaluate_columns(const EvaluationParams& params, IouType type,
                                           const TruthColumns& truth, const ResultColumns& results,
                                           const EvaluationHooks& hooks = {});

}  // namespace roiflow
