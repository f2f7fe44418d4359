/// Rewrites that make a graph cheaper on real libraries without changing what it computes.
#pragma once

#include "stages/model/model_graph.hpp"

namespace roiflow {

/// Transposed convolutions whose windows do not overlap (kernel = stride, no padding) become a 1x1
/// convolution to kernel.h * kernel.w * out channels and a PixelShuffle. oneDNN's own
/// deconvolution reaches a fifth of the speed.
Model transposed_convolutions_as_pointwise(Model model);

/// Unfused 1x1 convolutions of one value become one convolution and a ChannelSlice each: the RPN's
/// two thin layers then read their input once.
Model merge_pointwise_siblings(Model model);

/// The same for fully connected layers without ReLU: a box head's two outputs become one product.
Model merge_linear_siblings(Model model);

}  // namespace roiflow
