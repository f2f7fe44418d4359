/// How the integers of a quantised network stand for real numbers:
///
///     real = scale * (integer - zero_point)
///
/// Kept beside the float32 weights of a model that was imported from integers, so that a device may
/// go back to them. The weights themselves are already multiplied out.
///
/// Example: weights.at("conv.weight") = {axis 0, scales {0.5, 0.25}, zero_points {0, 0}}: row 1 of
/// the tensor consists of multiples of 0.25, from -32 to 31.75 where the integers were int8.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace roiflow {

struct QuantisedValues {
  std::vector<double> scales;             ///< one, or one for each index of `axis`
  std::vector<std::int32_t> zero_points;  ///< as many
  std::int64_t axis = 0;
};

struct Quantisation {
  using Table = std::map<std::string, QuantisedValues, std::less<>>;
  Table weights;  ///< by tensor name
  Table outputs;  ///< by module name: what the module's result is rounded to; one scale each

  [[nodiscard]] bool empty() const { return weights.empty() && outputs.empty(); }
};

}  // namespace roiflow
