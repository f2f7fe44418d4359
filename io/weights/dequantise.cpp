#include "io/weights/dequantise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// Integers of at most 8 bits have zero points within 16; anything else is no number of ours.
std::int32_t narrow(double zero_point) {
  constexpr double limit = 32768.0;
  // In this order: what is not a number becomes the limit.
  return static_cast<std::int32_t>(std::max(-limit, std::min(limit, zero_point)));
}

QuantisedValues checked(QuantisedValues values, const std::string& source,
                        const std::string& name) {
  for (const double scale : values.scales) {
    require(std::isfinite(scale) && scale > 0, ErrorCode::bad_data,
            "{}: '{}': expected a positive scale, found {}", source, name, scale);
  }
  return values;
}

}  // namespace

QuantisedValues one_scale(double scale, double zero_point, const std::string& source,
                          const std::string& name) {
  return checked({{scale}, {narrow(zero_point)}, 0}, source, name);
}

QuantisedValues scales_of(const pickle::QuantisedRecipe& recipe, std::vector<double> scales,
                          const std::vector<float>& zero_points, const std::string& source,
                          const std::string& name) {
  if (recipe.scheme == pickle::QuantisationScheme::per_tensor) {
    QuantisedValues values =
        one_scale(recipe.scale, static_cast<double>(recipe.zero_point), source, name);
    values.axis = recipe.axis;
    return values;
  }
  QuantisedValues values{std::move(scales), {}, recipe.axis};
  for (const float value : zero_points) {
    values.zero_points.push_back(narrow(static_cast<double>(value)));
  }
  return checked(std::move(values), source, name);
}

std::vector<float> dequantise(const pickle::QuantisedRecipe& recipe, std::vector<float> integers,
                              const QuantisedValues& values) {
  std::size_t inner = 1;  // elements that share an index of the axis, one after the other
  const auto axis = static_cast<std::size_t>(recipe.axis);
  for (std::size_t i = axis + 1; i < recipe.integers.shape.size(); ++i) {
    inner *= static_cast<std::size_t>(recipe.integers.shape[i]);
  }
  const std::size_t channels = values.scales.size();
  for (std::size_t i = 0; i < integers.size(); ++i) {
    const std::size_t channel = i / inner % channels;
    const float steps = integers[i] - static_cast<float>(values.zero_points[channel]);
    if (recipe.scheme == pickle::QuantisationScheme::per_tensor) {
      integers[i] = steps * static_cast<float>(values.scales[channel]);
    } else {
      integers[i] = static_cast<float>(static_cast<double>(steps) * values.scales[channel]);
    }
  }
  return integers;
}

}  // namespace roiflow
