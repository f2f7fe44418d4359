#include "stages/label_map/score_taps.hpp"

#include <algorithm>
#include <cmath>

namespace roiflow {

std::vector<Tap> deconvolution_taps(int scores, const Deconvolution& deconvolution, int resized,
                                    int original) {
  const double scale = static_cast<double>(resized) / static_cast<double>(original);
  const double stride = deconvolution.stride;
  std::vector<Tap> taps(static_cast<std::size_t>(original));
  for (int i = 0; i < original; ++i) {
    const double pixel = std::clamp((i + 0.5) * scale - 0.5, 0.0, static_cast<double>(resized - 1));
    // Score y is centred on pixel stride * y + stride - 0.5 of the deconvolution.
    const double position = (pixel + deconvolution.offset + 0.5) / stride - 1;
    const double below = std::floor(position);
    const int first = static_cast<int>(below);
    const auto weight = [&](int score, double value) {
      return score >= 0 && score < scores ? static_cast<float>(value) : 0.0F;
    };
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.first_weight = weight(first, 1 - (position - below));
    tap.second_weight = weight(first + 1, position - below);
    tap.first = std::clamp(first, 0, scores - 1);
    tap.second = std::clamp(first + 1, 0, scores - 1);
  }
  return taps;
}

std::vector<Tap> interpolation_taps(int scores, int original) {
  return bilinear_taps(scores, original);
}

}  // namespace roiflow
