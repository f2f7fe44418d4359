#include "stages/paste_masks/resample_axis.hpp"

namespace roiflow {

ResampledAxis resample_axis(const PasteAxis& axis) {
  ResampledAxis resampled{axis.first, {}};
  resampled.taps.reserve(static_cast<std::size_t>(axis.count));
  for (int i = 0; i < axis.count; ++i) resampled.taps.push_back(axis.tap(axis.first + i));
  return resampled;
}

ResampledAxis resample_axis(int cells, const PixelRange& range, int extent) {
  return resample_axis(stretched_axis(cells, range, extent));
}

ResampledAxis sample_axis_between(int cells, float low, float high, int extent) {
  return resample_axis(between_axis(cells, low, high, extent));
}

}  // namespace roiflow
