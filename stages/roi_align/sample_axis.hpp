/// Where RoIAlign samples along one axis: a bilinear sample is the product of its two axes.
///
/// For a region from `start` (feature pixels) cut into `bins` bins of size `bin_size` with
/// `per_bin` samples each, sample i of bin b lies at start + b * bin_size + (i + 0.5) * bin_size /
/// per_bin. Below 0 it is moved to 0, beyond the last pixel to the last pixel; outside [-1, extent]
/// it is not inside and counts as 0.
/// Example: start 1, bin_size 2, per_bin 2, extent 8: samples at 1.5 2.5 | 3.5 4.5 | ...
#pragma once

#include <cstdint>
#include <vector>

namespace roiflow {

struct AxisSample {
  std::int64_t low = 0, high = 0;         ///< the two neighbouring pixels, equal at the end
  float low_weight = 0, high_weight = 0;  ///< sum to 1
  bool inside = false;
};

struct AxisSpan {
  float start = 0;
  float bin_size = 0;
  int per_bin = 0;
};

/// Replaces `samples` by bins * span.per_bin samples.
void sample_axis(std::vector<AxisSample>& samples, const AxisSpan& span, int bins,
                 std::int64_t extent);

}  // namespace roiflow
