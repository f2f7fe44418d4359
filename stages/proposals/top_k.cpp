#include "stages/proposals/top_k.hpp"

#include <algorithm>

#include "stages/nms/ranking.hpp"

namespace roiflow {
namespace {

/// Keeps the best `k` keys of the buffer, in no order, the worst of them at k - 1.
void shrink(std::vector<RankingKey>& keys, std::size_t k) {
  std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(k - 1), keys.end());
  keys.resize(k);
}

}  // namespace

std::vector<std::uint32_t> top_k(std::span<const float> scores, std::size_t k) {
  k = std::min(k, scores.size());
  if (k == 0) return {};
  // The buffer holds up to 2 k candidates; whenever it is full the worse half goes, and from then
  // on nothing that does not beat the k-th best so far gets in: after a while almost nothing does.
  std::vector<RankingKey> keys;
  keys.reserve(2 * k);
  std::size_t i = 0;
  for (; i < k; ++i) keys.push_back(ranking_key(scores[i], static_cast<std::uint32_t>(i)));
  shrink(keys, k);
  float worst = scores[ranked_index(keys.back())];
  for (; i < scores.size(); ++i) {
    if (scores[i] <= worst) continue;  // an equal score with a higher index loses
    keys.push_back(ranking_key(scores[i], static_cast<std::uint32_t>(i)));
    if (keys.size() < 2 * k) continue;
    shrink(keys, k);
    worst = scores[ranked_index(keys.back())];
  }
  shrink(keys, k);
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint32_t> indices(k);
  std::transform(keys.begin(), keys.end(), indices.begin(), ranked_index);
  return indices;
}

}  // namespace roiflow
