/// The layer UpsampleBilinear (stages/model/layer.hpp) on dense NHWC tensors: a transposed
/// convolution with a fixed bilinear kernel, each channel by itself.
///
/// Every output pixel is the sum of at most four input pixels; where the kernel reaches over the
/// edge there are fewer, as in a transposed convolution.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/tensor.hpp"

namespace roiflow {

class BilinearUpsample {
 public:
  BilinearUpsample(const Shape<4>& in, std::int64_t factor);

  /// `out` has (h + 1) * factor rows of (w + 1) * factor pixels.
  void run(float* out, const float* in) const;

 private:
  void mix_rows(float* out, const float* upper, float upper_weight, const float* lower,
                float lower_weight) const;
  void widen(float* out, const float* row) const;

  Shape<4> in_;
  std::int64_t factor_;
  /// Of the pixel that begins `factor` before, and of the one that begins here.
  std::vector<float> previous_weights_, own_weights_;  ///< [factor]
};

}  // namespace roiflow
