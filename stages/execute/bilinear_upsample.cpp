#include "stages/execute/bilinear_upsample.hpp"

namespace roiflow {

BilinearUpsample::BilinearUpsample(const Shape<4>& in, std::int64_t factor)
    : in_(in), factor_(factor) {
  // Input pixel y reaches output pixels factor * y ... factor * y + 2 * factor - 1, with weights
  // that rise over the first half of them and fall over the second.
  for (std::int64_t i = 0; i < factor; ++i) {
    const double rising = (static_cast<double>(i) + 0.5) / static_cast<double>(factor);
    own_weights_.push_back(static_cast<float>(rising));
    previous_weights_.push_back(static_cast<float>(1 - rising));
  }
}

void BilinearUpsample::mix_rows(float* out, const float* upper, float upper_weight,
                                const float* lower, float lower_weight) const {
  const std::int64_t count = in_[2] * in_[3];
  for (std::int64_t i = 0; i < count; ++i) {
    const float above = upper == nullptr ? 0.0F : upper_weight * upper[i];
    const float below = lower == nullptr ? 0.0F : lower_weight * lower[i];
    out[i] = above + below;
  }
}

void BilinearUpsample::widen(float* out, const float* row) const {
  const std::int64_t width = in_[2], channels = in_[3];
  for (std::int64_t x = 0; x <= width; ++x) {
    const float* left = x == 0 ? nullptr : row + (x - 1) * channels;
    const float* right = x == width ? nullptr : row + x * channels;
    for (std::int64_t i = 0; i < factor_; ++i) {
      const float left_weight = previous_weights_[static_cast<std::size_t>(i)];
      const float right_weight = own_weights_[static_cast<std::size_t>(i)];
      for (std::int64_t c = 0; c < channels; ++c) {
        const float before = left == nullptr ? 0.0F : left_weight * left[c];
        const float after = right == nullptr ? 0.0F : right_weight * right[c];
        out[c] = before + after;
      }
      out += channels;
    }
  }
}

void BilinearUpsample::run(float* out, const float* in) const {
  const auto [images, height, width, channels] = in_;
  const std::int64_t in_row = width * channels;
  const std::int64_t out_row = (width + 1) * factor_ * channels;
  for (std::int64_t n = 0; n < images; ++n) {
    for (std::int64_t y = 0; y <= height; ++y) {
      const float* upper = y == 0 ? nullptr : in + (n * height + y - 1) * in_row;
      const float* lower = y == height ? nullptr : in + (n * height + y) * in_row;
      for (std::int64_t i = 0; i < factor_; ++i) {
        const auto at = static_cast<std::size_t>(i);
        // Lies at the end of the output row: an input pixel never stands before the output pixels
        // it reaches, so widen() overwrites each only after its last use.
        float* mixed = out + out_row - in_row;
        mix_rows(mixed, upper, previous_weights_[at], lower, own_weights_[at]);
        widen(out, mixed);
        out += out_row;
      }
    }
  }
}

}  // namespace roiflow
