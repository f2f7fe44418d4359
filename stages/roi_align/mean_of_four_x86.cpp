#include "stages/roi_align/bilinear_taps.hpp"

namespace roiflow {
namespace {

void baseline(float* out, const float* features, const FourTaps& taps, std::int64_t channels) {
  mean_of_four_body(out, features, taps, channels);
}

[[gnu::target("avx2")]] void avx2(float* out, const float* features, const FourTaps& taps,
                                  std::int64_t channels) {
  mean_of_four_body(out, features, taps, channels);
}

}  // namespace

MeanOfFour choose_mean_of_four() {
  return __builtin_cpu_supports("avx2") != 0 ? avx2 : baseline;
}

}  // namespace roiflow
