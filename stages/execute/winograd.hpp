/// 3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3): 36 multiplications a channel pair for 16
/// outputs instead of 144. Activations are oneDNN's nChw8c: [n, channels / 8, height, width, 8].
///
/// Tiles are done in groups: transform the inputs, 36 matrix products, transform back. A group's
/// intermediate numbers stay in the cache. What a tile gives does not depend on its group.
///
/// Errors against direct summation: about 1e-6 of a layer's largest output.
#pragma once

#include <cstddef>
#include <vector>

#include "stages/execute/winograd_kernels.hpp"
#include "stages/model/layer.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

class WinogradConvolution {
 public:
  struct Geometry {
    std::int64_t batch = 0, height = 0, width = 0;  ///< of the input
    std::int64_t in_channels = 0, out_channels = 0;
    std::int64_t out_height = 0, out_width = 0;
    Extent2d padding;
    bool add = false;  ///< the output's memory holds what is to be added
    bool relu = false;
  };

  /// Whether this layer can be computed so on this processor, and gains by it.
  static bool applies(const Conv2d& conv, std::int64_t in_channels);

  /// Weights [out, in, 3, 3] to [36][out / 16][in][16]; made once, used by all plans.
  static WeightTensor transform_weights(const WeightTensor& weights);

  explicit WinogradConvolution(const Geometry& geometry);

  [[nodiscard]] std::size_t scratch_bytes() const;
  /// `bias` may be null. `scratch` is 64-byte aligned.
  void run(float* out, const float* in, const float* weights, const float* bias,
           float* scratch) const;

 private:
  void transform_inputs(float* numbers, const float* in, std::int64_t first,
                        std::int64_t count) const;
  void transform_outputs(float* out, const float* products, const float* bias, std::int64_t first,
                         std::int64_t count) const;

  Geometry geometry_;
  const WinogradKernels* kernels_;
  std::int64_t tile_rows_, tile_columns_, tiles_;
  std::int64_t group_;          ///< tiles done together, a multiple of winograd_rows
  std::int64_t number_stride_;  ///< floats between two of the 36 numbers of transformed inputs
};

}  // namespace roiflow
