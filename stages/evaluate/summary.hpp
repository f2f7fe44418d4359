/// The numbers that a COCO evaluation is quoted by, from its arrays: equal to summarize of
/// pycocotools' COCOeval to the last bit, because means are summed in numpy's order.
///
/// A number is -1 if nothing it averages over exists: no object of that size, or a limit or range
/// that was not evaluated (AP needs the literal limit of 100 detections).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

/// The order of pycocotools' stats.
inline constexpr std::array<std::string_view, 12> stat_names = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};

using Stats = std::array<double, stat_names.size()>;

/// Throws Error{usage} if there are fewer than three limits of detections.
[[nodiscard]] Stats summarise(const EvaluationParams& params, const EvaluationArrays& arrays);

/// Mean precision of each category over thresholds and recalls, in the first area range and at the
/// highest limit; [K].
[[nodiscard]] std::vector<double> category_average_precision(const EvaluationArrays& arrays);

/// The twelve lines that pycocotools prints, each with a newline.
[[nodiscard]] std::string summary_table(const EvaluationParams& params, const Stats& stats);

/// numpy.mean of contiguous doubles: pairwise summation inside buffers of 8192, whose sums are
/// added one by one; NaN for no values. As numpy 1.24 does it.
[[nodiscard]] double numpy_mean(std::span<const double> values);

}  // namespace roiflow
