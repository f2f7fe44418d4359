#include "stages/roi_align/roi_align.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/roi_align/bilinear_taps.hpp"
#include "stages/roi_align/pyramid_level.hpp"
#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {
namespace {

/// out += sample, channel by channel.
void accumulate(float* __restrict out, const float* features, const BilinearTaps& taps,
                std::int64_t channels) {
  const BilinearSample sample(features, taps);
  for (std::int64_t c = 0; c < channels; ++c) out[c] += sample[c];
}

/// What one call shares between its regions.
struct Scratch {
  std::vector<AxisSample> y, x;
  MeanOfFour mean_of_four = choose_mean_of_four();
};

/// The samples of one bin: [rows] x [columns].
struct Bin {
  std::span<const AxisSample> y, x;

  [[nodiscard]] bool inside() const {
    const auto all = [](std::span<const AxisSample> samples) {
      return std::all_of(samples.begin(), samples.end(),
                         [](const AxisSample& s) { return s.inside; });
    };
    return all(y) && all(x);
  }
};

/// out = mean of the bin's samples, any number of them; out is zero on entry.
void mean_of_any(float* out, const FeatureLevel& level, const Bin& bin) {
  const std::int64_t width = level.features.shape[1];
  const std::int64_t channels = level.features.shape[2];
  for (const AxisSample& y : bin.y) {
    if (!y.inside) continue;
    for (const AxisSample& x : bin.x) {
      if (!x.inside) continue;
      accumulate(out, level.features.data, bilinear_taps(y, x, width, channels), channels);
    }
  }
  const auto count = static_cast<float>(std::max<std::size_t>(bin.y.size() * bin.x.size(), 1));
  for (std::int64_t c = 0; c < channels; ++c) out[c] /= count;
}

/// One region: out is [bins, bins, channels], zero on entry.
void align_one(float* out, const FeatureLevel& level, const Box& roi, const RoiAlignParams& params,
               Scratch& scratch) {
  const std::int64_t height = level.features.shape[0];
  const std::int64_t width = level.features.shape[1];
  const std::int64_t channels = level.features.shape[2];
  const AxisSpan span_y = axis_span(roi.y0, roi.y1, level.scale, params);
  const AxisSpan span_x = axis_span(roi.x0, roi.x1, level.scale, params);
  sample_axis(scratch.y, span_y, params.bins, height);
  sample_axis(scratch.x, span_x, params.bins, width);
  const auto samples_y = static_cast<std::size_t>(span_y.per_bin);
  const auto samples_x = static_cast<std::size_t>(span_x.per_bin);
  const auto bins = static_cast<std::size_t>(params.bins);

  for (std::size_t row = 0; row < bins; ++row) {
    for (std::size_t column = 0; column < bins; ++column, out += channels) {
      const Bin bin{std::span(scratch.y).subspan(row * samples_y, samples_y),
                    std::span(scratch.x).subspan(column * samples_x, samples_x)};
      if (samples_y == 2 && samples_x == 2 && bin.inside()) {
        const auto taps = [&](std::size_t y, std::size_t x) {
          return bilinear_taps(bin.y[y], bin.x[x], width, channels);
        };
        scratch.mean_of_four(out, level.features.data,
                             {taps(0, 0), taps(0, 1), taps(1, 0), taps(1, 1)}, channels);
      } else {
        mean_of_any(out, level, bin);
      }
    }
  }
}

}  // namespace

RoiAlign::RoiAlign(const RoiAlignParams& params) : params_(params) {
  require(params.bins > 0, ErrorCode::bad_data, "roi_align: bins must be positive, found {}",
          params.bins);
  require(params.samples >= 0, ErrorCode::bad_data,
          "roi_align: samples must be positive, or 0 for as many as fit, found {}", params.samples);
  require(params.canonical_size > 0.0F, ErrorCode::bad_data,
          "roi_align: canonical_size must be positive, found {}", params.canonical_size);
}

void RoiAlign::operator()(TensorView<float, 4> out, std::span<const FeatureLevel> levels,
                          std::span<const Box> rois) const {
  require(!levels.empty(), ErrorCode::internal, "roi_align: no feature level");
  const std::int64_t channels = levels[0].features.shape[2];
  for (const FeatureLevel& level : levels) {
    require(level.features.shape[2] == channels && level.features.size() > 0, ErrorCode::internal,
            "roi_align: levels must not be empty and have {} channels, found {} x {} x {}",
            channels, level.features.shape[0], level.features.shape[1], level.features.shape[2]);
  }
  const Shape<4> expected{static_cast<std::int64_t>(rois.size()), params_.bins, params_.bins,
                          channels};
  require(out.shape == expected, ErrorCode::internal,
          "roi_align: expected an output of {} x {} x {} x {}, found {} x {} x {} x {}",
          expected[0], expected[1], expected[2], expected[3], out.shape[0], out.shape[1],
          out.shape[2], out.shape[3]);
  // A single level takes every region, whatever its scale: as torchvision does.
  const bool choose = levels.size() > 1;
  const PyramidLevels pyramid = choose ? pyramid_levels(levels, params_) : PyramidLevels{};
  const std::int64_t roi_size = expected[1] * expected[2] * channels;
  std::fill_n(out.data, out.size(), 0.0F);
  Scratch scratch;
  float* target = out.data;
  for (const Box& roi : rois) {
    const int index = choose ? pyramid.index_of(roi) : 0;
    if (index >= 0 && finite(roi)) {
      align_one(target, levels[static_cast<std::size_t>(index)], roi, params_, scratch);
    }
    target += roi_size;
  }
}

Tensor<float, 4> RoiAlign::operator()(std::span<const FeatureLevel> levels,
                                      std::span<const Box> rois) const {
  require(!levels.empty(), ErrorCode::internal, "roi_align: no feature level");
  Tensor<float, 4> out({static_cast<std::int64_t>(rois.size()), params_.bins, params_.bins,
                        levels[0].features.shape[2]});
  (*this)(out.view(), levels, rois);
  return out;
}

}  // namespace roiflow
