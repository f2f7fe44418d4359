/// From integers to the real numbers they stand for (stages/model/quantisation.hpp), as torch's
/// dequantize() does it.
///
/// Errors: Error{bad_data} naming file and tensor for a scale that is not positive and finite.
///
/// Source: aten/src/ATen/native/quantized/AffineQuantizer.cpp.
/// Example: the integers {3, 5} of scale 0.5 and zero point 1 are {1, 2}.
#pragma once

#include <string>
#include <vector>

#include "io/weights/pickle_value.hpp"
#include "stages/model/quantisation.hpp"

namespace roiflow {

/// One scale for everything. Zero points are clamped to 16 bits: those of 8-bit integers fit.
QuantisedValues one_scale(double scale, double zero_point, const std::string& source,
                          const std::string& name);

/// What the recipe says of its integers. `scales` and `zero_points` are the values of the recipe's
/// two tensors; not looked at where the recipe has one scale for the whole tensor.
QuantisedValues scales_of(const pickle::QuantisedRecipe& recipe, std::vector<double> scales,
                          const std::vector<float>& zero_points, const std::string& source,
                          const std::string& name);

/// scale * (integer - zero point) in the place of each integer; row-major, as the recipe's shape.
/// With one scale in float32, with one a channel in float64 and rounded at the end.
std::vector<float> dequantise(const pickle::QuantisedRecipe& recipe, std::vector<float> integers,
                              const QuantisedValues& values);

}  // namespace roiflow
