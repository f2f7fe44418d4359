/// The numbers that a COCO evaluation is quoted by, from its arrays: equal to summarize of
/// pycocotools' COCOeval to the last bit, because means are summed in numpy's order.
///
/// A number is -1 if nothing it averages over exists: no object of that size, or a threshold, limit
/// or range that was not evaluated (AP needs the literal limit of 100 detections, keypoints all
/// need 20).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/numpy_sum.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

/// The order of pycocotools' stats: AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl for boxes
/// and masks, AP AP50 AP75 APm APl AR AR50 AR75 ARm ARl for keypoints.
[[nodiscard]] std::span<const std::string_view> stat_names(IouType type);

struct Stat {
  std::string_view name;
  double value = 0;
  bool operator==(const Stat&) const = default;
};
using Stats = std::vector<Stat>;

/// The values alone, as pycocotools' `stats`.
[[nodiscard]] std::vector<double> values(const Stats& stats);

/// Throws Error{usage} if boxes or masks have fewer than three limits of detections. `order`: of
/// which numpy the last bit shall be.
[[nodiscard]] Stats summarise(const EvaluationParams& params, const EvaluationArrays& arrays,
                              IouType type = IouType::bbox,
                              NumpyOrder order = NumpyOrder::buffered);

/// Mean precision of each category over thresholds and recalls, in the first area range and at the
/// highest limit; [K].
[[nodiscard]] std::vector<double> category_average_precision(const EvaluationArrays& arrays);

/// The lines that pycocotools prints, one a number, each with a newline.
[[nodiscard]] std::string summary_table(const EvaluationParams& params, const Stats& stats,
                                        IouType type = IouType::bbox);

}  // namespace roiflow
