/// The order of scores in every COCO evaluation: numpy's stable sort of -score, in which NaN comes
/// last and +0 equals -0.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roiflow {

/// For std::stable_sort.
[[nodiscard]] inline bool goes_before(double a, double b) {
  return a > b || (std::isnan(b) && !std::isnan(a));
}

/// Ascending keys are descending scores, and equal keys equal scores.
[[nodiscard]] inline std::uint64_t score_key(double score) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  if (std::isnan(score)) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::uint64_t>(score == 0 ? 0.0 : -score);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

struct KeyedRow {
  std::uint64_t key = 0;
  std::uint32_t row = 0;
};

/// Stable sort by key; `scratch` is memory used again.
void sort_by_key(std::vector<KeyedRow>& rows, std::vector<KeyedRow>& scratch);

}  // namespace roiflow
