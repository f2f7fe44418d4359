/// Gaussian filters on planes, as the graph-based segmentation and the texture histograms want
/// them.
///
///   in, out   [channels, height, width] float32, each channel by itself
///
/// The kernel is sampled at integers out to ceil(4 sigma), normalised to sum 1 (Felzenszwalb's
/// program does the same); pixels outside the image repeat its edge. sigma 0 filters nothing.
///
/// Example: a step from 0 to 1 between two columns has, with sigma 1, a derivative of about 0.36 at
/// each of them.
#pragma once

#include "stages/core/tensor.hpp"

namespace roiflow {

using Planes = Tensor<float, 3>;
using PlanesView = TensorView<const float, 3>;

[[nodiscard]] Planes gaussian_smooth(PlanesView planes, float sigma);

/// First derivatives per pixel of the smoothed planes: x to the right, y down. A ramp that rises by
/// 1 a pixel has derivative 1.
struct Gradient {
  Planes x, y;
};
/// `sigma` must be positive.
[[nodiscard]] Gradient gaussian_gradient(PlanesView planes, float sigma);

}  // namespace roiflow
