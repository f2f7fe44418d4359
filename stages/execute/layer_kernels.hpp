/// The layers of a network that are neither convolutions nor matrix products, as element kernels
/// (kernels/host_block.hpp) on NHWC maps of T; the arithmetic is float32.
///
/// One index is one pack of eight channels of one output pixel (run them for `packs(out)`), or one
/// element where that is said. Definitions: stages/model/layer.hpp.
///
/// Example: run_each(MaxPoolKernel<float>{in, out, pool}, packs(out));
#pragma once

#include <cstdint>
#include <limits>

#include "stages/core/tensor.hpp"
#include "stages/kernels/pack.hpp"
#include "stages/model/layer.hpp"

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

/// The input row that an output row of a nearest-neighbour enlargement takes, in float32 as torch.
[[nodiscard]] constexpr std::int64_t nearest_source(std::int64_t at, std::int64_t in,
                                                    std::int64_t out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  const auto source = static_cast<std::int64_t>(static_cast<float>(at) * scale);
  return source < in ? source : in - 1;
}

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
