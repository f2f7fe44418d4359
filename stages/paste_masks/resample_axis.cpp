#include "stages/paste_masks/resample_axis.hpp"

#include <algorithm>
#include <cmath>

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

ResampledAxis sample_axis_between(int cells, float low, float high, int extent) {
  ResampledAxis axis;
  constexpr float far_away = 1e9F;
  const float length = high - low;
  if (!(std::fabs(low) < far_away && std::fabs(high) < far_away && length > 0)) return axis;
  const auto inner = static_cast<float>(cells - 2);
  const float reach = length / inner + 1.0F;  // half a cell, rounded up generously
  const auto begin = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(low - reach)));
  const auto end =
      std::min<std::int64_t>(extent, static_cast<std::int64_t>(std::ceil(high + reach)));
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const float place = (static_cast<float>(pixel) + 0.5F - low) / length * 2.0F - 1.0F;
    const float position = ((place + 1.0F) * inner - 1.0F) / 2.0F + 1.0F;
    if (!(position > 0 && position < inner + 1.0F)) continue;
    if (axis.taps.empty()) axis.first = pixel;
    PixelTap tap;
    tap.low = static_cast<int>(position);
    tap.high = tap.low + 1;
    tap.high_weight = position - static_cast<float>(tap.low);
    tap.low_weight = 1.0F - tap.high_weight;
    axis.taps.push_back(tap);
  }
  return axis;
}

}  // namespace roiflow
