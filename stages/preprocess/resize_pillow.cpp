#include "stages/preprocess/resize_pillow.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;
constexpr int fraction_bits = 22;  // 32 less 8 for the value and 2 for sums that overshoot

/// The input elements that an output element is the mean of, with weights that sum to about
/// 2^fraction_bits.
struct Window {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;
};

Window window(int index, int in_size, double scale) {
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
  Window result{static_cast<std::size_t>(first), {}};
  for (const double weight : exact) {
    const double normalised = sum != 0 ? weight / sum : weight;
    result.weights.push_back(
        static_cast<std::int32_t>(0.5 + normalised * static_cast<double>(1 << fraction_bits)));
  }
  return result;
}

std::vector<Window> windows(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / static_cast<double>(out_size);
  std::vector<Window> all;
  for (int i = 0; i < out_size; ++i) all.push_back(window(i, in_size, scale));
  return all;
}

std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> fraction_bits, 0, 255));
}

constexpr std::int32_t half = 1 << (fraction_bits - 1);

Image resize_columns(const Image& image, int width) {
  Image out{image.height, width, {}};
  out.rgb.resize(static_cast<std::size_t>(out.height) * static_cast<std::size_t>(width) * channels);
  const std::vector<Window> all = windows(image.width, width);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * channels;
  std::uint8_t* to = out.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.rgb.data() + static_cast<std::size_t>(y) * row_bytes;
    for (const Window& w : all) {
      std::int32_t sums[channels] = {half, half, half};
      const std::uint8_t* from = row + w.first * channels;
      for (const std::int32_t weight : w.weights) {
        for (std::size_t c = 0; c < channels; ++c) sums[c] += *from++ * weight;
      }
      for (const std::int32_t sum : sums) *to++ = rounded(sum);
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
  for (const Window& w : windows(image.height, height)) {
    std::ranges::fill(sums, half);
    const std::uint8_t* from = image.rgb.data() + w.first * row_bytes;
    for (const std::int32_t weight : w.weights) {
      for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += from[i] * weight;
      from += row_bytes;
    }
    to = std::ranges::transform(sums, to, rounded).out;
  }
  return out;
}

}  // namespace

Image resize_pillow(const Image& image, int height, int width) {
  Image resized = width != image.width ? resize_columns(image, width) : image;
  return height != image.height ? resize_rows(resized, height) : resized;
}

}  // namespace roiflow
