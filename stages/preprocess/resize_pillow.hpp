/// Resizing as Pillow's Image.resize(size, BILINEAR) does it: what detectron2 gives its networks.
///
/// A triangle filter that widens with the reduction (so it averages where the image shrinks), first
/// along x, then along y, each pass rounded to 8 bits; weights are integers of 22 fractional bits.
/// Equal to Pillow byte for byte.
///
/// Reference: Pillow's src/libImaging/Resample.c (ImagingResampleHorizontal_8bpc and its sisters).
/// Example: one row of two pixels 0 and 255, to four: 0, 64, 191, 255. Private to this room.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"

namespace roiflow {

/// The input elements first .. first + count - 1 that an output element is the mean of; their
/// weights, weights[0 .. count - 1] of the axis from `weights` on, sum to about 2^22.
struct PillowWindow {
  std::int32_t first = 0, count = 0, weights = 0;
};

struct PillowAxis {
  std::vector<PillowWindow> windows;  ///< one an output element
  std::vector<std::int32_t> weights;
};

/// If the sizes are the same every element becomes itself.
[[nodiscard]] PillowAxis pillow_axis(int in_size, int out_size);

/// Most weights that an axis may have.
[[nodiscard]] constexpr std::int64_t most_pillow_weights(int in_size, int out_size) {
  // A window reaches in / out elements to either side, at least one, and its ends are rounded.
  const std::int64_t larger = in_size > out_size ? in_size : out_size;
  return 2 * larger + 2 * std::int64_t{out_size};
}

inline constexpr int pillow_fraction_bits = 22;  // 32 less 8 for the value and 2 for overshooting
/// A weighted sum begins with this ...
inline constexpr std::int32_t pillow_half = 1 << (pillow_fraction_bits - 1);
/// ... and ends as a byte.
[[nodiscard]] constexpr std::uint8_t pillow_byte(std::int32_t sum) {
  const std::int32_t value = sum >> pillow_fraction_bits;
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

/// The new sizes must be positive.
[[nodiscard]] Image resize_pillow(const Image& image, int height, int width);

}  // namespace roiflow
