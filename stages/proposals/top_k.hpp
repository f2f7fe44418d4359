/// The k best of many scores without sorting the rest.
///
/// Returns at most k indices in ranking order (score descending, then lower index, NaN first as in
/// torch.topk; stages/nms/ranking.hpp). Where torch.topk leaves ties at the k-th place open, the
/// lower index wins here. One pass over the scores, O(n + k log k) on average.
///
/// Example: top_k({1, 3, 3, 2}, 2) is {1, 2}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roiflow {

std::vector<std::uint32_t> top_k(std::span<const float> scores, std::size_t k);

}  // namespace roiflow
