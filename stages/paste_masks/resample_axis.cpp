#include "stages/paste_masks/resample_axis.hpp"

#include <algorithm>

namespace roiflow {
namespace {

PixelTap tap_at(std::int64_t pixel, int cells, float cells_per_pixel) {
  const float position =
      std::max(cells_per_pixel * (static_cast<float>(pixel) + 0.5F) - 0.5F, 0.0F);
  PixelTap tap;
  tap.low = std::min(static_cast<int>(position), cells - 1);
  tap.high = std::min(tap.low + 1, cells - 1);
  tap.high_weight = std::min(position - static_cast<float>(tap.low), 1.0F);
  tap.low_weight = 1.0F - tap.high_weight;
  return tap;
}

}  // namespace

ResampledAxis resample_axis(int cells, const PixelRange& range, int extent) {
  const std::int64_t end = std::min<std::int64_t>(range.begin + range.size, extent);
  ResampledAxis axis;
  axis.first = std::max<std::int64_t>(range.begin, 0);
  const float cells_per_pixel = static_cast<float>(cells) / static_cast<float>(range.size);
  for (std::int64_t pixel = axis.first; pixel < end; ++pixel) {
    const std::int64_t offset = pixel - range.begin;
    if (range.size == cells) {  // a copy, exactly
      axis.taps.push_back({static_cast<int>(offset), static_cast<int>(offset), 1.0F, 0.0F});
    } else {
      axis.taps.push_back(tap_at(offset, cells, cells_per_pixel));
    }
  }
  return axis;
}

}  // namespace roiflow
