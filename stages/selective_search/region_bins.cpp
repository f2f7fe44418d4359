#include "stages/selective_search/region_bins.hpp"

#include <algorithm>
#include <array>

namespace roiflow {
namespace {

constexpr int colour_bin_count = 25;
constexpr int texture_bin_count = 10;
constexpr int orientations = 8;

// cos and sin of 0, 45, .. 135 degrees; the other four are their negatives.
constexpr float half_root = 0.70710678F;
constexpr std::array<std::array<float, 2>, 4> directions{
    {{1, 0}, {half_root, half_root}, {0, 1}, {-half_root, half_root}}};

/// floor(value * bins / range), at most the last bin and at least the first.
std::uint8_t bin_of(float value, float bins_per_unit, int bins) {
  const float bin = std::clamp(value * bins_per_unit, 0.0F, static_cast<float>(bins - 1));
  return static_cast<std::uint8_t>(static_cast<int>(bin));
}

/// The derivative along each direction counts for that orientation where it is positive, for the
/// opposite one where it is negative.
void bin_orientations(float x, float y, float bins_per_unit, std::uint8_t* bins) {
  for (std::size_t d = 0; d < directions.size(); ++d) {
    const float derivative = x * directions[d][0] + y * directions[d][1];
    bins[d] = bin_of(derivative, bins_per_unit, texture_bin_count);
    bins[d + orientations / 2] = bin_of(-derivative, bins_per_unit, texture_bin_count);
  }
}

float largest_derivative(const float* x, const float* y, std::size_t pixels) {
  float largest = 0;
  for (const std::array<float, 2> direction : directions)
    for (std::size_t i = 0; i < pixels; ++i)
      largest = std::max(largest, std::abs(x[i] * direction[0] + y[i] * direction[1]));
  return largest;
}

}  // namespace

RegionBins colour_bins(PlanesView planes) {
  const auto channels = static_cast<std::size_t>(planes.shape[0]);
  const auto pixels = static_cast<std::size_t>(planes.shape[1] * planes.shape[2]);
  RegionBins out{static_cast<int>(channels), colour_bin_count, {}};
  out.bins_of_pixels.resize(channels * pixels);
  for (std::size_t channel = 0; channel < channels; ++channel)
    for (std::size_t i = 0; i < pixels; ++i)
      out.bins_of_pixels[i * channels + channel] =
          bin_of(planes.data[channel * pixels + i], colour_bin_count / 256.0F, colour_bin_count);
  return out;
}

RegionBins texture_bins(PlanesView planes) {
  const Gradient gradient = gaussian_gradient(planes, 1.0F);
  const auto channels = static_cast<std::size_t>(planes.shape[0]);
  const auto pixels = static_cast<std::size_t>(planes.shape[1] * planes.shape[2]);
  RegionBins out{static_cast<int>(channels) * orientations, texture_bin_count, {}};
  out.bins_of_pixels.resize(channels * orientations * pixels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const float* x = gradient.x.view().data + channel * pixels;
    const float* y = gradient.y.view().data + channel * pixels;
    const float largest = largest_derivative(x, y, pixels);
    const float bins_per_unit = largest > 0 ? texture_bin_count / largest : 0;
    std::uint8_t* bins = out.bins_of_pixels.data() + channel * orientations;
    for (std::size_t i = 0; i < pixels; ++i, bins += channels * orientations)
      bin_orientations(x[i], y[i], bins_per_unit, bins);
  }
  return out;
}

}  // namespace roiflow
