/// One bilinear sample of an NHWC map, and the loops over the channels that take it.
///
/// The loops are the hot part of RoIAlign: an optimised build vectorises them, on x86-64 also for
/// AVX2, chosen when the program runs. All variants add and multiply in the same order without
/// contraction, so the result does not depend on the processor.
#pragma once

#include <array>
#include <cstdint>

#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {

/// Four pixels (offsets of their first channel) and their weights.
struct BilinearTaps {
  std::array<std::int64_t, 4> pixel{};
  std::array<float, 4> weight{};
};

[[nodiscard]] inline BilinearTaps bilinear_taps(const AxisSample& y, const AxisSample& x,
                                                std::int64_t width, std::int64_t channels) {
  return {{(y.low * width + x.low) * channels, (y.low * width + x.high) * channels,
           (y.high * width + x.low) * channels, (y.high * width + x.high) * channels},
          {y.low_weight * x.low_weight, y.low_weight * x.high_weight, y.high_weight * x.low_weight,
           y.high_weight * x.high_weight}};
}

/// The four pixels as pointers: what the compiler keeps in registers.
struct BilinearSample {
  BilinearSample(const float* features, const BilinearTaps& t)
      : p0(features + t.pixel[0]),
        p1(features + t.pixel[1]),
        p2(features + t.pixel[2]),
        p3(features + t.pixel[3]),
        w0(t.weight[0]),
        w1(t.weight[1]),
        w2(t.weight[2]),
        w3(t.weight[3]) {}

  [[nodiscard, gnu::always_inline]] float operator[](std::int64_t c) const {
    return w0 * p0[c] + w1 * p1[c] + w2 * p2[c] + w3 * p3[c];
  }

  const float *p0, *p1, *p2, *p3;
  float w0, w1, w2, w3;
};

/// Four samples: the 2 x 2 of a bin, row by row.
using FourTaps = std::array<BilinearTaps, 4>;

/// out[c] = mean of the four samples, for every channel.
[[gnu::always_inline]] inline void mean_of_four_body(float* __restrict out, const float* features,
                                                     const FourTaps& taps, std::int64_t channels) {
  const BilinearSample a(features, taps[0]), b(features, taps[1]);
  const BilinearSample c(features, taps[2]), d(features, taps[3]);
  for (std::int64_t i = 0; i < channels; ++i) out[i] = (a[i] + b[i] + c[i] + d[i]) * 0.25F;
}

using MeanOfFour = void (*)(float* out, const float* features, const FourTaps& taps,
                            std::int64_t channels);

/// The fastest variant that this processor can run.
MeanOfFour choose_mean_of_four();

}  // namespace roiflow
