#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {
namespace {

AxisSample sample_at(float position, std::int64_t extent) {
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

}  // namespace

void sample_axis(std::vector<AxisSample>& samples, const AxisSpan& span, int bins,
                 std::int64_t extent) {
  samples.clear();
  const auto per_bin = static_cast<float>(span.per_bin);
  for (int bin = 0; bin < bins; ++bin) {
    for (int i = 0; i < span.per_bin; ++i) {
      const float position = span.start + static_cast<float>(bin) * span.bin_size +
                             (static_cast<float>(i) + 0.5F) * span.bin_size / per_bin;
      samples.push_back(sample_at(position, extent));
    }
  }
}

}  // namespace roiflow
