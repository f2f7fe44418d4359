#include "stages/losses/sampling.hpp"

#include <algorithm>
#include <utility>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// Leaves `count` of `all`, in ascending order: the first steps of a Fisher-Yates shuffle.
void keep_some(std::vector<std::uint32_t>& all, std::size_t count, Random& random) {
  if (count >= all.size()) return;
  const int last = static_cast<int>(all.size()) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(all[i], all[static_cast<std::size_t>(random.integer(static_cast<int>(i), last))]);
  }
  all.resize(count);
  std::sort(all.begin(), all.end());
}

}  // namespace

Samples all_samples(std::span<const int> labels) {
  Samples samples;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) continue;
    (labels[i] > 0 ? samples.positive : samples.negative).push_back(static_cast<std::uint32_t>(i));
  }
  return samples;
}

Samples draw_samples(std::span<const int> labels, const SamplingParams& params, Random random) {
  require(params.batch_size > 0, ErrorCode::usage,
          "sampling: the batch size must be positive, found {}", params.batch_size);
  require(params.positive_fraction >= 0 && params.positive_fraction <= 1, ErrorCode::usage,
          "sampling: the fraction of positives must lie in 0 .. 1, found {}",
          params.positive_fraction);
  Samples samples = all_samples(labels);
  const auto batch = static_cast<std::size_t>(params.batch_size);
  const auto most = static_cast<std::size_t>(params.batch_size * params.positive_fraction);
  keep_some(samples.positive, most, random);
  keep_some(samples.negative, batch - samples.positive.size(), random);
  return samples;
}

}  // namespace roiflow
