/// The arithmetic of AP, for counts that may be weighted: precision at the recalls of a grid, as
/// the COCO API samples it (stages/evaluate/accumulate.hpp).
///
/// Only right detections matter: recall rises at them alone. With counts of 1 each, the samples are
/// those of Accumulator to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace roiflow {

/// What the COCO API adds to the denominator of precision.
inline constexpr double coco_epsilon = std::numeric_limits<double>::epsilon();

/// For each recall the smallest number of right detections that reaches it.
void needed_for(std::span<const double> recalls, std::uint64_t wanted,
                std::vector<std::uint64_t>& needed);

/// Turns precisions into the highest one at this place or later.
void envelop(std::span<double> precisions);

/// Precision (enveloped) at the first place where `right` reaches needed[r]; 0 from the first that
/// is not reached on, also if the recalls do not ascend. Nothing needed is reached at once. `right`
/// ascends. Writes out[r * stride].
void sample_precision(std::span<const std::uint64_t> right, std::span<const double> precisions,
                      std::span<const std::uint64_t> needed, double* out, std::size_t stride);

}  // namespace roiflow
