#include "stages/selective_search/resample.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace roiflow {
namespace {

/// out = sum of weights[i] * in[first + i]
struct Window {
  int first = 0;
  std::vector<float> weights;
};

std::vector<Window> triangle_windows(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / out_size, reach = std::max(scale, 1.0);
  std::vector<Window> windows(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    Window& window = windows[static_cast<std::size_t>(i)];
    const double centre = (i + 0.5) * scale;
    window.first = std::max(0, static_cast<int>(std::lround(centre - reach)));
    const int end = std::min(in_size, static_cast<int>(std::lround(centre + reach)));
    double sum = 0;
    for (int x = window.first; x < end; ++x)
      sum += std::max(0.0, 1 - std::abs(x + 0.5 - centre) / reach);
    for (int x = window.first; x < end; ++x)
      window.weights.push_back(
          static_cast<float>(std::max(0.0, 1 - std::abs(x + 0.5 - centre) / reach) / sum));
  }
  return windows;
}

}  // namespace

Image resample(const Image& image, int height, int width) {
  const std::vector<Window> columns = triangle_windows(image.width, width);
  const std::vector<Window> rows = triangle_windows(image.height, height);
  const std::size_t in_stride = 3 * static_cast<std::size_t>(image.width);
  const std::size_t stride = 3 * static_cast<std::size_t>(width);
  std::vector<float> narrow(static_cast<std::size_t>(image.height) * stride, 0.0F);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const std::uint8_t* in =
          image.rgb.data() + y * in_stride + 3 * static_cast<std::size_t>(columns[x].first);
      float* out = narrow.data() + y * stride + 3 * x;
      for (const float weight : columns[x].weights)
        for (std::size_t c = 0; c < 3; ++c) out[c] += weight * static_cast<float>(*in++);
    }
  Image result{height, width, std::vector<std::uint8_t>(rows.size() * stride)};
  std::vector<float> line(stride);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    std::fill(line.begin(), line.end(), 0.0F);
    const float* in = narrow.data() + static_cast<std::size_t>(rows[y].first) * stride;
    for (const float weight : rows[y].weights)
      for (std::size_t i = 0; i < stride; ++i) line[i] += weight * *in++;
    for (std::size_t i = 0; i < stride; ++i)
      result.rgb[y * stride + i] =
          static_cast<std::uint8_t>(std::clamp(line[i] + 0.5F, 0.0F, 255.0F));
  }
  return result;
}

}  // namespace roiflow
