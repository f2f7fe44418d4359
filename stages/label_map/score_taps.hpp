/// Where the pixels of a label map lie on the coarse grid of scores, along one axis: two taps a
/// pixel, since scores are enlarged bilinearly. A label map is always made at the size of the
/// original image, straight from the scores, also if the network saw the image resized.
///
/// Example: scores of stride 8 whose deconvolution begins at pixel 31: the first pixel of an image
/// that was not resized lies at (31 - 7.5) / 8 = 2.9375, so it is 0.0625 of score 2 and 0.9375 of
/// score 3.
#pragma once

#include <vector>

#include "stages/preprocess/resize_plan.hpp"

namespace roiflow {

/// How a fixed bilinear deconvolution of kernel 2 * stride enlarges scores, and which of its pixels
/// is the first of the network's input (Long et al. 2015). Scores beyond the edge count as zero, so
/// the weights of a pixel may sum up to less than 1, as in a transposed convolution.
struct Deconvolution {
  int stride = 32;
  int offset = 0;
};

/// [original] taps. `resized`: pixels of the network's input without padding. If the image was
/// resized, pixel x of the original is taken at (x + 0.5) * resized / original - 0.5, not beyond
/// the first and last pixel: between the pixels of the deconvolution its bilinear kernel goes on.
/// Weights are exact if the image was not resized and the stride is a power of two.
[[nodiscard]] std::vector<Tap> deconvolution_taps(int scores, const Deconvolution& deconvolution,
                                                  int resized, int original);

/// [original] taps as torch.nn.functional.interpolate(mode="bilinear", align_corners=False) to that
/// size. torchvision's segmenters interpolate to the size of the network's input; of an image that
/// was not resized this is the same.
[[nodiscard]] std::vector<Tap> interpolation_taps(int scores, int original);

}  // namespace roiflow
