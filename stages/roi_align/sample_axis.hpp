/// Where RoIAlign samples along one axis: a bilinear sample is the product of its two axes.
///
/// For a region from `start` (feature pixels) cut into `bins` bins of size `bin_size` with
/// `per_bin` samples each, sample i of bin b lies at start + b * bin_size + (i + 0.5) * bin_size /
/// per_bin. Below 0 it is moved to 0, beyond the last pixel to the last pixel; outside [-1, extent]
/// it is not inside and counts as 0.
/// Example: start 1, bin_size 2, per_bin 2, extent 8: samples at 1.5 2.5 | 3.5 4.5 | ...
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "stages/kernels/host_device.hpp"
#include "stages/roi_align/roi_align.hpp"

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

/// How one axis of a region is cut into bins. `scale`: feature pixels per image pixel.
ROIFLOW_HOST_DEVICE inline AxisSpan axis_span(float start, float end, float scale,
                                              const RoiAlignParams& params) {
  const float shift = params.aligned ? 0.5F : 0.0F;
  const float first = start * scale - shift;
  float size = end * scale - shift - first;
  if (!params.aligned) size = std::max(size, 1.0F);
  const float bin_size = size / static_cast<float>(params.bins);
  constexpr float most = 32768;  // a box that wide lies outside any image nearly everywhere
  const int samples = params.samples > 0
                          ? params.samples
                          : static_cast<int>(std::min(std::max(std::ceil(bin_size), 0.0F), most));
  return {first, bin_size, samples};
}

ROIFLOW_HOST_DEVICE inline AxisSample sample_at(float position, std::int64_t extent) {
  // Written so that NaN counts as outside.
  if (!(position >= -1.0F && position <= static_cast<float>(extent))) return {};
  if (position <= 0.0F) position = 0.0F;
  AxisSample sample;
  sample.inside = true;
  sample.low = static_cast<std::int64_t>(position);
  sample.high = sample.low + 1;
  if (sample.low >= extent - 1) {
    sample.low = sample.high = extent - 1;
    position = static_cast<float>(sample.low);
  }
  sample.high_weight = position - static_cast<float>(sample.low);
  sample.low_weight = 1.0F - sample.high_weight;
  return sample;
}

/// Sample i of a bin.
ROIFLOW_HOST_DEVICE inline AxisSample sample_of_bin(const AxisSpan& span, int bin, int i,
                                                    std::int64_t extent) {
  const float position =
      span.start + static_cast<float>(bin) * span.bin_size +
      (static_cast<float>(i) + 0.5F) * span.bin_size / static_cast<float>(span.per_bin);
  return sample_at(position, extent);
}

/// Replaces `samples` by bins * span.per_bin samples.
void sample_axis(std::vector<AxisSample>& samples, const AxisSpan& span, int bins,
                 std::int64_t extent);

}  // namespace roiflow
