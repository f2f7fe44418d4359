#include "stages/selective_search/colour_spaces.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace roiflow {
namespace {

using Colour = std::array<float, 3>;

float hue(float r, float g, float b) {
  const float highest = std::max({r, g, b}), range = highest - std::min({r, g, b});
  if (range == 0) return 0;
  float sixths = highest == r   ? (g - b) / range
                 : highest == g ? 2 + (b - r) / range
                                : 4 + (r - g) / range;
  if (sixths < 0) sixths += 6;
  return sixths * (255.0F / 6);
}

float intensity(float r, float g, float b) {
  return 0.299F * r + 0.587F * g + 0.114F * b;
}

Colour hsv(float r, float g, float b) {
  const float highest = std::max({r, g, b}), lowest = std::min({r, g, b});
  return {hue(r, g, b), highest == 0 ? 0 : (highest - lowest) * 255 / highest, highest};
}

Colour rgi(float r, float g, float b) {
  const float sum = r + g + b;
  if (sum == 0) return {85, 85, 0};
  return {r * 255 / sum, g * 255 / sum, intensity(r, g, b)};
}

/// sRGB bytes to linear light in 0 .. 1 (IEC 61966-2-1).
std::array<double, 256> linear_light() {
  std::array<double, 256> table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    const double v = static_cast<double>(value) / 255;
    table[value] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return table;
}

// CIE 15: the cube root, and its tangent near black.
double lab_response(double t) {
  constexpr double knee = 6.0 / 29;
  return t > knee * knee * knee ? std::cbrt(t) : t / (3 * knee * knee) + 4.0 / 29;
}

Colour lab(double r, double g, double b) {
  // Divided by the white of D65, so that white gives 1, 1, 1.
  const double x = (0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.950456;
  const double y = 0.212671 * r + 0.715160 * g + 0.072169 * b;
  const double z = (0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754;
  const double fx = lab_response(x), fy = lab_response(y), fz = lab_response(z);
  return {static_cast<float>((116 * fy - 16) * 2.55), static_cast<float>(500 * (fx - fy) + 128),
          static_cast<float>(200 * (fy - fz) + 128)};
}

template <class Convert>
Planes convert_pixels(const Image& image, std::int64_t channels, const Convert& convert) {
  Planes planes({channels, image.height, image.width});
  const std::size_t pixels =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  float* out = planes.view().data;
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* rgb = image.rgb.data() + 3 * i;
    const Colour colour = convert(rgb[0], rgb[1], rgb[2]);
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(channels); ++channel)
      out[channel * pixels + i] = colour[channel];
  }
  return planes;
}

}  // namespace

Planes to_colour_space(const Image& image, ColourSpace space) {
  using Byte = std::uint8_t;
  switch (space) {
    case ColourSpace::hsv:
      return convert_pixels(image, 3, hsv);
    case ColourSpace::rgi:
      return convert_pixels(image, 3, rgi);
    case ColourSpace::hue:
      return convert_pixels(image, 1, [](Byte r, Byte g, Byte b) { return Colour{hue(r, g, b)}; });
    case ColourSpace::intensity:
      return convert_pixels(image, 1,
                            [](Byte r, Byte g, Byte b) { return Colour{intensity(r, g, b)}; });
    case ColourSpace::lab:
      break;
  }
  const std::array<double, 256> linear = linear_light();
  return convert_pixels(
      image, 3, [&](Byte r, Byte g, Byte b) { return lab(linear[r], linear[g], linear[b]); });
}

}  // namespace roiflow
