/// Where RoI max pooling's bins lie along one axis: roi_pool.hpp's rule, for the CPU and kernels.
/// Private to this room.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// Where a region lies on one axis of the map.
struct AxisRange {
  std::int64_t start = 0;
  float bin_size = 0;
  std::int64_t extent = 0;  ///< of the map

  struct Bin {
    std::int64_t begin = 0, end = 0;
  };
  [[nodiscard]] ROIFLOW_HOST_DEVICE Bin bin(std::int64_t index) const {
    const auto from = static_cast<std::int64_t>(std::floor(static_cast<float>(index) * bin_size));
    const auto to = static_cast<std::int64_t>(std::ceil(static_cast<float>(index + 1) * bin_size));
    return {std::clamp<std::int64_t>(from + start, 0, extent),
            std::clamp<std::int64_t>(to + start, 0, extent)};
  }
};

ROIFLOW_HOST_DEVICE inline AxisRange axis_range(float start, float end, float scale,
                                                std::int64_t bins, std::int64_t extent) {
  // Far outside any map, and still far from the end of the integers.
  constexpr float most = 1 << 24;
  const auto whole = [&](float position) {
    return static_cast<std::int64_t>(std::round(std::min(std::max(position * scale, -most), most)));
  };
  const std::int64_t first = whole(start);
  const std::int64_t size = std::max<std::int64_t>(whole(end) - first + 1, 1);
  return {first, static_cast<float>(size) / static_cast<float>(bins), extent};
}

}  // namespace roiflow
