/// Ranking: the one order in which scored candidates are taken anywhere in the program.
///
/// Higher score first; equal scores (and -0 with +0): lower index first; NaN counts as the highest
/// score, as in torch.sort. The order is total, so no result depends on a sorting algorithm.
/// A key packs score and index into one integer: smaller key = taken earlier.
///
/// Example: scores {0.5, 0.9, 0.5}: the keys in ascending order name the indices 1, 0, 2.
/// All of it runs on a GPU as well.
#pragma once

#include <bit>
#include <cstdint>

namespace roiflow {

using RankingKey = std::uint64_t;

[[nodiscard]] constexpr RankingKey ranking_key(float score, std::uint32_t index) {
  const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F);  // -0 becomes +0
  const bool negative = (bits >> 31U) != 0;
  // Unsigned integers in the order of the floats: negative ones turned round, below positive ones.
  std::uint32_t ascending = negative ? ~bits : bits | 0x80000000U;
  if (score != score) ascending = 0xFFFFFFFFU;  // NaN
  return (static_cast<RankingKey>(~ascending) << 32U) | index;
}

[[nodiscard]] constexpr std::uint32_t ranked_index(RankingKey key) {
  return static_cast<std::uint32_t>(key);
}

/// The score without the index: smaller = taken earlier; equal for equal scores.
[[nodiscard]] constexpr std::uint32_t score_rank(float score) {
  return static_cast<std::uint32_t>(ranking_key(score, 0) >> 32U);
}

/// The score that a key was made of; of -0 it is +0.
[[nodiscard]] constexpr float ranked_score(RankingKey key) {
  const auto ascending = ~static_cast<std::uint32_t>(key >> 32U);
  const bool negative = (ascending >> 31U) == 0;
  return std::bit_cast<float>(negative ? ~ascending : ascending & 0x7FFFFFFFU);
}

}  // namespace roiflow
