#include "stages/analysis/sampled_precision.hpp"

#include <algorithm>
#include <cmath>

namespace roiflow {

void needed_for(std::span<const double> recalls, std::uint64_t wanted,
                std::vector<std::uint64_t>& needed) {
  const auto objects = static_cast<double>(wanted);
  needed.resize(recalls.size());
  for (std::size_t r = 0; r < recalls.size(); ++r) {
    const double recall = recalls[r];
    // A guess, corrected: the product rounds, what counts is the quotient.
    auto n = static_cast<std::uint64_t>(std::max(0.0, std::ceil(recall * objects)));
    while (n > 0 && static_cast<double>(n - 1) / objects >= recall) --n;
    while (static_cast<double>(n) / objects < recall) ++n;
    needed[r] = n;
  }
}

void envelop(std::span<double> precisions) {
  for (std::size_t i = precisions.size(); i-- > 1;) {
    precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
  }
}

void sample_precision(std::span<const std::uint64_t> right, std::span<const double> precisions,
                      std::span<const std::uint64_t> needed, double* out, std::size_t stride) {
  std::size_t at = 0;
  bool reached = true;
  for (std::size_t r = 0; r < needed.size(); ++r) {
    if (r > 0 && needed[r] < needed[r - 1] && reached) at = 0;
    while (at < right.size() && right[at] < needed[r]) ++at;
    reached = reached && at < right.size();
    out[r * stride] = reached ? precisions[at] : 0;
  }
}

}  // namespace roiflow
