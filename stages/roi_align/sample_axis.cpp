#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {

void sample_axis(std::vector<AxisSample>& samples, const AxisSpan& span, int bins,
                 std::int64_t extent) {
  samples.clear();
  for (int bin = 0; bin < bins; ++bin) {
    for (int i = 0; i < span.per_bin; ++i) samples.push_back(sample_of_bin(span, bin, i, extent));
  }
}

}  // namespace roiflow
