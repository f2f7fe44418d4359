#include "stages/preprocess/resize_pillow.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;

/// Appends the window of output element `index`.
void add_window(PillowAxis& axis, int index, int in_size, double scale) {
  const double reach = std::max(scale, 1.0);  // half the filter's width
  const double centre = (index + 0.5) * scale;
  const int first = std::max(static_cast<int>(centre - reach + 0.5), 0);
  const int end = std::min(static_cast<int>(centre + reach + 0.5), in_size);
  std::vector<double> exact;
  double sum = 0;
  for (int i = first; i < end; ++i) {
    const double distance = std::fabs((i - centre + 0.5) * (1.0 / reach));
    exact.push_back(distance < 1.0 ? 1.0 - distance : 0.0);
    sum += exact.back();
  }
  axis.windows.push_back({first, static_cast<std::int32_t>(exact.size()),
                          static_cast<std::int32_t>(axis.weights.size())});
  for (const double weight : exact) {
    const double normalised = sum != 0 ? weight / sum : weight;
    axis.weights.push_back(static_cast<std::int32_t>(
        0.5 + normalised * static_cast<double>(1 << pillow_fraction_bits)));
  }
}

std::span<const std::int32_t> weights_of(const PillowAxis& axis, const PillowWindow& window) {
  return std::span(axis.weights)
      .subspan(static_cast<std::size_t>(window.weights), static_cast<std::size_t>(window.count));
}

Image resize_columns(const Image& image, int width) {
  Image out{image.height, width, {}};
  out.rgb.resize(static_cast<std::size_t>(out.height) * static_cast<std::size_t>(width) * channels);
  const PillowAxis axis = pillow_axis(image.width, width);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * channels;
  std::uint8_t* to = out.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.rgb.data() + static_cast<std::size_t>(y) * row_bytes;
    for (const PillowWindow& w : axis.windows) {
      std::int32_t sums[channels] = {pillow_half, pillow_half, pillow_half};
      const std::uint8_t* from = row + static_cast<std::size_t>(w.first) * channels;
      for (const std::int32_t weight : weights_of(axis, w)) {
        for (std::size_t c = 0; c < channels; ++c) sums[c] += *from++ * weight;
      }
      for (const std::int32_t sum : sums) *to++ = pillow_byte(sum);
    }
  }
  return out;
}

Image resize_rows(const Image& image, int height) {
  Image out{height, image.width, {}};
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * channels;
  out.rgb.resize(static_cast<std::size_t>(height) * row_bytes);
  std::vector<std::int32_t> sums(row_bytes);
  std::uint8_t* to = out.rgb.data();
  const PillowAxis axis = pillow_axis(image.height, height);
  for (const PillowWindow& w : axis.windows) {
    std::ranges::fill(sums, pillow_half);
    const std::uint8_t* from = image.rgb.data() + static_cast<std::size_t>(w.first) * row_bytes;
    for (const std::int32_t weight : weights_of(axis, w)) {
      for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += from[i] * weight;
      from += row_bytes;
    }
    to = std::ranges::transform(sums, to, pillow_byte).out;
  }
  return out;
}

}  // namespace

PillowAxis pillow_axis(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / static_cast<double>(out_size);
  PillowAxis axis;
  for (int i = 0; i < out_size; ++i) add_window(axis, i, in_size, scale);
  return axis;
}

Image resize_pillow(const Image& image, int height, int width) {
  Image resized = width != image.width ? resize_columns(image, width) : image;
  return height != image.height ? resize_rows(resized, height) : resized;
}

}  // namespace roiflow
