/// The layers that take pixels from elsewhere, as element kernels (kernels/host_block.hpp): nearest
/// and bilinear enlargement, crops, pixel shuffles. The arithmetic is float32.
///
/// One index is one pack of eight channels of one output pixel (run them for `packs(out)`), or one
/// element where that is said. Definitions: stages/model/layer.hpp.
///
/// Example: run_each(NearestKernel<float>{in, out}, packs(out));
#pragma once

#include <cstdint>

#include "stages/execute/device_map.hpp"
#include "stages/model/layer.hpp"

namespace roiflow {

/// The input row that an output row of a nearest-neighbour enlargement takes, in float32 as torch.
[[nodiscard]] constexpr std::int64_t nearest_source(std::int64_t at, std::int64_t in,
                                                    std::int64_t out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  const auto source = static_cast<std::int64_t>(static_cast<float>(at) * scale);
  return source < in ? source : in - 1;
}

/// UpsampleNearest and EnlargeNearest.
template <class T>
struct NearestKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const PackPlace at = place_of(out, index);
    const std::int64_t y = nearest_source(at.y, in.height, out.height);
    const std::int64_t x = nearest_source(at.x, in.width, out.width);
    store_pack(out.pixel(at.n, at.y, at.x) + at.channel,
               load_pack(in.pixel(at.n, y, x) + at.channel));
  }
};

template <class T>
struct CropKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;
  Extent2d offset;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const PackPlace at = place_of(out, index);
    store_pack(out.pixel(at.n, at.y, at.x) + at.channel,
               load_pack(in.pixel(at.n, at.y + offset.h, at.x + offset.w) + at.channel));
  }
};

/// UpsampleBilinear: at most four input pixels an output pixel, those outside count as zero; rows
/// are mixed first, then columns.
template <class T>
struct BilinearKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;
  std::int64_t factor = 1;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const PackPlace at = place_of(out, index);
    const std::int64_t y = at.y / factor, x = at.x / factor;
    const float own_row = weight(at.y), own_column = weight(at.x);
    const FloatPack left = mix(at, y, x - 1, own_row), right = mix(at, y, x, own_row);
    FloatPack value;
    for (int c = 0; c < pack_size; ++c) {
      value.values[c] = before(at.x) * left.values[c] + own_column * right.values[c];
    }
    store_pack(out.pixel(at.n, at.y, at.x) + at.channel, value);
  }

 private:
  /// Of the input pixel that begins here, and of the one before.
  [[nodiscard]] constexpr float weight(std::int64_t at) const {
    return static_cast<float>((static_cast<double>(at % factor) + 0.5) /
                              static_cast<double>(factor));
  }
  [[nodiscard]] constexpr float before(std::int64_t at) const {
    return static_cast<float>(1 - (static_cast<double>(at % factor) + 0.5) /
                                      static_cast<double>(factor));
  }
  ROIFLOW_HOST_DEVICE FloatPack mix(const PackPlace& at, std::int64_t y, std::int64_t x,
                                    float own) const {
    FloatPack mixed{};
    if (x < 0 || x >= in.width) return mixed;
    FloatPack above{}, below{};
    if (y > 0) above = load_pack(in.pixel(at.n, y - 1, x) + at.channel);
    if (y < in.height) below = load_pack(in.pixel(at.n, y, x) + at.channel);
    for (int c = 0; c < pack_size; ++c) {
      mixed.values[c] = before(at.y) * above.values[c] + own * below.values[c];
    }
    return mixed;
  }
};

/// PixelShuffle to `channels` channels, zeros behind them. One index an element of out.
template <class T>
struct ShuffleKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;
  Extent2d factor;
  std::int64_t channels = 0;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const std::int64_t pixel = index / out.stride, channel = index % out.stride;
    if (channel >= channels) {
      out.data[index] = Element<T>::from_float(0);
      return;
    }
    const std::int64_t row = pixel / out.width, x = pixel % out.width;
    const std::int64_t n = row / out.height, y = row % out.height;
    const std::int64_t corner = y % factor.h * factor.w + x % factor.w;
    out.data[index] = in.pixel(n, y / factor.h, x / factor.w)[corner * channels + channel];
  }
};

}  // namespace roiflow
