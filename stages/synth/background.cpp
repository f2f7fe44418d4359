#include "stages/synth/background.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace roiflow {
namespace {

using Colour = std::array<double, 3>;

Colour dull_colour(Random& random) {
  const double gray = random.real(60, 190);
  Colour colour{};
  for (double& channel : colour) channel = gray + random.real(-18, 18);
  return colour;
}

/// Random values on a square lattice, smoothly interpolated between its points.
class ValueNoise {
 public:
  ValueNoise(int height, int width, int cell, Random& random)
      : cell_(cell), columns_(width / cell + 2) {
    values_.resize(static_cast<std::size_t>(columns_) *
                   static_cast<std::size_t>(height / cell + 2));
    for (double& value : values_) value = random.real(-1, 1);
  }

  [[nodiscard]] double at(int y, int x) const {
    const double down = smooth(static_cast<double>(y % cell_) / cell_);
    const double right = smooth(static_cast<double>(x % cell_) / cell_);
    const auto corner = static_cast<std::size_t>(y / cell_) * static_cast<std::size_t>(columns_) +
                        static_cast<std::size_t>(x / cell_);
    const auto below = corner + static_cast<std::size_t>(columns_);
    const double top = values_[corner] + (values_[corner + 1] - values_[corner]) * right;
    const double bottom = values_[below] + (values_[below + 1] - values_[below]) * right;
    return top + (bottom - top) * down;
  }

 private:
  static double smooth(double t) { return t * t * (3 - 2 * t); }
  int cell_;
  int columns_;
  std::vector<double> values_;
};

}  // namespace

Image make_background(int height, int width, Random& random) {
  const Colour from = dull_colour(random);
  const Colour to = dull_colour(random);
  const double slope_x = random.real(-1, 1);
  const double slope_y = random.real(-1, 1);
  const ValueNoise coarse(height, width, random.integer(48, 96), random);
  const ValueNoise middle(height, width, random.integer(14, 30), random);
  const ValueNoise fine(height, width, random.integer(3, 7), random);
  const double coarse_amplitude = random.real(10, 30);
  const double middle_amplitude = random.real(4, 16);
  const double fine_amplitude = random.real(2, 12);

  Image image{height, width, {}};
  image.rgb.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double along =
          0.5 + 0.5 * (slope_x * (2.0 * x / width - 1) + slope_y * (2.0 * y / height - 1));
      const double mix = std::clamp(along, 0.0, 1.0);
      const double shade = coarse_amplitude * coarse.at(y, x) + middle_amplitude * middle.at(y, x) +
                           fine_amplitude * fine.at(y, x) + random.real(-4, 4);
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = from[c] + (to[c] - from[c]) * mix + shade;
        image.rgb.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
      }
    }
  }
  return image;
}

}  // namespace roiflow
