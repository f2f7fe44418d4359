/// Feature maps as the kernels of a network see them (layer_kernels.hpp, resample_kernels.hpp):
/// NHWC of T, cut into packs of eight channels.
#pragma once

#include <cstdint>

#include "stages/kernels/pack.hpp"

namespace roiflow {

/// A map on the device: `stride` elements a pixel, a multiple of pack_size.
template <class T>
struct DeviceMap {
  T* data = nullptr;
  std::int64_t height = 0, width = 0, stride = 0;
  std::int64_t images = 0;

  [[nodiscard]] constexpr T* pixel(std::int64_t n, std::int64_t y, std::int64_t x) const {
    return data + ((n * height + y) * width + x) * stride;
  }
};

template <class T>
[[nodiscard]] constexpr std::int64_t packs(const DeviceMap<T>& map) {
  return map.images * map.height * map.width * (map.stride / pack_size);
}

/// Image, row, column and first channel of an index.
struct PackPlace {
  std::int64_t n, y, x, channel;
};

template <class T>
[[nodiscard]] constexpr PackPlace place_of(const DeviceMap<T>& map, std::int64_t index) {
  const std::int64_t per_pixel = map.stride / pack_size;
  const std::int64_t pixel = index / per_pixel;
  const std::int64_t row = pixel / map.width;
  return {row / map.height, row % map.height, pixel % map.width, index % per_pixel * pack_size};
}

}  // namespace roiflow
