#include "stages/selective_search/gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace roiflow {
namespace {

/// Weights of the elements -radius .. +radius.
using Kernel = std::vector<float>;

// Sums in double, weights rounded to float: what a library's exp does in its last bit is gone.
Kernel smoothing_kernel(float sigma) {
  const int radius = static_cast<int>(std::ceil(4.0F * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    weights.push_back(radius == 0 ? 1.0 : std::exp(-0.5 * i * i / (double{sigma} * sigma)));
    sum += weights.back();
  }
  Kernel kernel;
  for (const double weight : weights) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

// Scaled so that a ramp of slope 1 gives exactly 1: the sampled derivative alone would be a little
// off for a small sigma.
Kernel derivative_kernel(float sigma) {
  Kernel kernel = smoothing_kernel(sigma);
  const std::size_t radius = kernel.size() / 2;
  const auto centre = static_cast<double>(radius);
  double slope = 0;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const double x = static_cast<double>(i) - centre;
    slope += double{kernel[i]} * x * x;
  }
  for (std::size_t i = 0; i < kernel.size(); ++i)
    kernel[i] = static_cast<float>(double{kernel[i]} * (static_cast<double>(i) - centre) / slope);
  return kernel;
}

void filter_row(const float* row, int width, const Kernel& kernel, std::vector<float>& padded,
                float* out) {
  const auto radius = static_cast<std::ptrdiff_t>(kernel.size() / 2);
  padded.assign(static_cast<std::size_t>(width + 2 * radius), row[0]);
  std::copy(row, row + width, padded.begin() + radius);
  std::fill(padded.end() - radius, padded.end(), row[width - 1]);
  std::fill(out, out + width, 0.0F);
  for (std::size_t k = 0; k < kernel.size(); ++k) {
    const float* shifted = padded.data() + k;
    for (int x = 0; x < width; ++x) out[x] += kernel[k] * shifted[x];
  }
}

void filter_columns(const std::vector<float>& rows, int height, int width, const Kernel& kernel,
                    float* out) {
  const int radius = static_cast<int>(kernel.size() / 2);
  for (int y = 0; y < height; ++y, out += width) {
    std::fill(out, out + width, 0.0F);
    int source = y - radius;
    for (const float weight : kernel) {
      const float* row = rows.data() + std::ptrdiff_t{std::clamp(source++, 0, height - 1)} * width;
      for (int x = 0; x < width; ++x) out[x] += weight * row[x];
    }
  }
}

Planes filter(PlanesView planes, const Kernel& along_x, const Kernel& along_y) {
  const int height = static_cast<int>(planes.shape[1]), width = static_cast<int>(planes.shape[2]);
  Planes out(planes.shape);
  std::vector<float> rows(static_cast<std::size_t>(planes.shape[1] * planes.shape[2])), padded;
  for (std::int64_t channel = 0; channel < planes.shape[0]; ++channel) {
    for (std::ptrdiff_t y = 0; y < height; ++y)
      filter_row(&planes(channel, y, 0), width, along_x, padded, rows.data() + y * width);
    filter_columns(rows, height, width, along_y, &out.view()(channel, 0, 0));
  }
  return out;
}

}  // namespace

Planes gaussian_smooth(PlanesView planes, float sigma) {
  const Kernel kernel = smoothing_kernel(sigma);
  return filter(planes, kernel, kernel);
}

Gradient gaussian_gradient(PlanesView planes, float sigma) {
  const Kernel smoothing = smoothing_kernel(sigma), derivative = derivative_kernel(sigma);
  return {filter(planes, derivative, smoothing), filter(planes, smoothing, derivative)};
}

}  // namespace roiflow
