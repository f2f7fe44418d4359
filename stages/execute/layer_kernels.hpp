/// The layers of a network that are neither convolutions nor matrix products and stay where they
/// are, as element kernels (kernels/host_block.hpp): pooling, sums, ReLU, slices. The arithmetic is
/// float32. Those that move pixels are in resample_kernels.hpp.
///
/// One index is one pack of eight channels of one output pixel (run them for `packs(out)`), or one
/// element where that is said. Definitions: stages/model/layer.hpp.
///
/// Example: run_each(MaxPoolKernel<float>{in, out, pool}, packs(out));
#pragma once

#include <cstdint>
#include <limits>

#include "stages/execute/device_map.hpp"
#include "stages/model/layer.hpp"

namespace roiflow {

/// NaN never is the largest, as in oneDNN; a window of nothing else gives the lowest float.
template <class T>
struct MaxPoolKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;
  MaxPool pool;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const PackPlace at = place_of(out, index);
    FloatPack best;
    for (float& value : best.values) value = std::numeric_limits<float>::lowest();
    for (std::int64_t i = 0; i < pool.kernel.h; ++i) {
      const std::int64_t y = at.y * pool.stride.h - pool.padding.h + i;
      if (y < 0 || y >= in.height) continue;
      for (std::int64_t j = 0; j < pool.kernel.w; ++j) {
        const std::int64_t x = at.x * pool.stride.w - pool.padding.w + j;
        if (x < 0 || x >= in.width) continue;
        const FloatPack pixel = load_pack(in.pixel(at.n, y, x) + at.channel);
        for (int c = 0; c < pack_size; ++c) {
          if (pixel.values[c] > best.values[c]) best.values[c] = pixel.values[c];
        }
      }
    }
    store_pack(out.pixel(at.n, at.y, at.x) + at.channel, best);
  }
};

/// The sum is kept in float32, row by row.
template <class T>
struct GlobalMeanKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;  ///< one pixel an image

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const PackPlace at = place_of(out, index);
    FloatPack sum{};
    for (std::int64_t y = 0; y < in.height; ++y) {
      for (std::int64_t x = 0; x < in.width; ++x) {
        const FloatPack pixel = load_pack(in.pixel(at.n, y, x) + at.channel);
        for (int c = 0; c < pack_size; ++c) sum.values[c] += pixel.values[c];
      }
    }
    const auto count = static_cast<float>(in.height * in.width);
    for (int c = 0; c < pack_size; ++c) sum.values[c] /= count;
    store_pack(out.pixel(at.n, 0, 0) + at.channel, sum);
  }
};

/// ReLU, a factor, or the sum of two maps.
template <class T>
struct PointwiseKernel {
  enum class Mode { relu, scale, add };
  DeviceMap<const T> in, other;  ///< other: of `add` only
  DeviceMap<T> out;
  Mode mode = Mode::relu;
  float factor = 1;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    FloatPack value = load_pack(in.data + index * pack_size);
    if (mode == Mode::add) {
      const FloatPack more = load_pack(other.data + index * pack_size);
      for (int c = 0; c < pack_size; ++c) value.values[c] += more.values[c];
    } else {
      for (int c = 0; c < pack_size; ++c) {
        const float v = value.values[c];
        value.values[c] = mode == Mode::scale ? v * factor : (v < 0 ? 0.0F : v);
      }
    }
    store_pack(out.data + index * pack_size, value);
  }
};

/// Channels [begin, begin + count) of every pixel, zeros behind them. One index an element of out.
template <class T>
struct SliceKernel {
  DeviceMap<const T> in;
  DeviceMap<T> out;
  std::int64_t begin = 0, count = 0;

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const std::int64_t pixel = index / out.stride, channel = index % out.stride;
    out.data[index] =
        channel < count ? in.data[pixel * in.stride + begin + channel] : Element<T>::from_float(0);
  }
};

}  // namespace roiflow
