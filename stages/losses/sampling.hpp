/// Sampling: which of the labelled anchors or proposals of an image a loss is computed on.
///
///   labels   [N]: > 0 object, 0 background, < 0 not to be used
///   out      numbers of the chosen ones, ascending
///
/// At most floor(batch_size * positive_fraction) objects are drawn, then background until the batch
/// is full, as far as there are any; every choice is equally likely. Drawing is the only random
/// step of the losses, and it stands alone: a loss takes the samples of whoever made them.
///
/// Reference: torchvision.models.detection._utils.BalancedPositiveNegativeSampler; its numbers come
/// from torch's generator, so only the counts are equal. Where the batch takes in everything that
/// there is, so are the samples. Which numbers are drawn depends on the stream alone: not on the
/// thread, the library or the processor.
/// Example: labels {1 0 -1 0}, batch 4, fraction 0.5: positive {0}, negative {1, 3}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/random.hpp"

namespace roiflow {

struct SamplingParams {
  int batch_size = 256;
  double positive_fraction = 0.5;  ///< 0 .. 1
};

struct Samples {
  std::vector<std::uint32_t> positive, negative;

  [[nodiscard]] std::size_t size() const { return positive.size() + negative.size(); }
  bool operator==(const Samples&) const = default;
};

/// Throws Error{usage} if the batch size is not positive or the fraction outside 0 .. 1.
[[nodiscard]] Samples draw_samples(std::span<const int> labels, const SamplingParams& params,
                                   Random random);

/// Every labelled one.
[[nodiscard]] Samples all_samples(std::span<const int> labels);

}  // namespace roiflow
