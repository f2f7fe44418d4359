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

/// The derivative along one direction into its own plane where positive, into that of the opposite
/// direction where negative.
struct DirectedPlanes {
  std::uint8_t* along;
  std::uint8_t* against;
};
void rectify(const float* x, const float* y, std::size_t pixels, std::array<float, 2> direction,
             float bins_per_unit, DirectedPlanes out) {
  for (std::size_t i = 0; i < pixels; ++i) {
    const float derivative = x[i] * direction[0] + y[i] * direction[1];
    out.along[i] = bin_of(derivative, bins_per_unit, texture_bin_count);
    out.against[i] = bin_of(-derivative, bins_per_unit, texture_bin_count);
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
  RegionBins out{static_cast<int>(planes.shape[0]), colour_bin_count, {}};
  out.bins_of_pixels.reserve(static_cast<std::size_t>(planes.size()));
  for (const float value : planes.span())
    out.bins_of_pixels.push_back(bin_of(value, colour_bin_count / 256.0F, colour_bin_count));
  return out;
}

RegionBins texture_bins(PlanesView planes) {
  const Gradient gradient = gaussian_gradient(planes, 1.0F);
  const auto pixels = static_cast<std::size_t>(planes.shape[1] * planes.shape[2]);
  const auto channels = static_cast<std::size_t>(planes.shape[0]);
  RegionBins out{static_cast<int>(channels) * orientations, texture_bin_count, {}};
  out.bins_of_pixels.resize(channels * orientations * pixels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const float* x = gradient.x.view().data + channel * pixels;
    const float* y = gradient.y.view().data + channel * pixels;
    const float largest = largest_derivative(x, y, pixels);
    const float bins_per_unit = largest > 0 ? texture_bin_count / largest : 0;
    for (std::size_t d = 0; d < directions.size(); ++d) {
      std::uint8_t* along = out.bins_of_pixels.data() + (channel * orientations + d) * pixels;
      rectify(x, y, pixels, directions[d], bins_per_unit,
              {along, along + orientations / 2 * pixels});
    }
  }
  return out;
}

}  // namespace roiflow
