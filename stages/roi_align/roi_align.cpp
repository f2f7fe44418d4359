#include "stages/roi_align/roi_align.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/roi_align/pyramid_level.hpp"
#include "stages/roi_align/sample_axis.hpp"

namespace roiflow {
namespace {

/// One bilinear sample: four pixels (offsets of their first channel) and their weights.
struct Taps {
  std::int64_t pixel[4];
  float weight[4];
};

Taps taps(const AxisSample& y, const AxisSample& x, std::int64_t width, std::int64_t channels) {
  return {{(y.low * width + x.low) * channels, (y.low * width + x.high) * channels,
           (y.high * width + x.low) * channels, (y.high * width + x.high) * channels},
          {y.low_weight * x.low_weight, y.low_weight * x.high_weight, y.high_weight * x.low_weight,
           y.high_weight * x.high_weight}};
}

/// out += sample, channel by channel.
void accumulate(float* __restrict out, const float* __restrict features, const Taps& t,
                std::int64_t channels) {
  const float* const p0 = features + t.pixel[0];
  const float* const p1 = features + t.pixel[1];
  const float* const p2 = features + t.pixel[2];
  const float* const p3 = features + t.pixel[3];
  const float w0 = t.weight[0], w1 = t.weight[1], w2 = t.weight[2], w3 = t.weight[3];
  for (std::int64_t c = 0; c < channels; ++c) {
    out[c] += w0 * p0[c] + w1 * p1[c] + w2 * p2[c] + w3 * p3[c];
  }
}

struct Scratch {
  std::vector<AxisSample> y, x;
};

AxisSpan axis_span(float start, float end, float scale, const RoiAlignParams& params) {
  const float shift = params.aligned ? 0.5F : 0.0F;
  const float first = start * scale - shift;
  float size = end * scale - shift - first;
  if (!params.aligned) size = std::max(size, 1.0F);
  const float bin_size = size / static_cast<float>(params.bins);
  const int samples = params.samples > 0 ? params.samples : static_cast<int>(std::ceil(bin_size));
  return {first, bin_size, std::max(samples, 0)};
}

bool finite(const Box& b) {
  return std::isfinite(b.x0) && std::isfinite(b.y0) && std::isfinite(b.x1) && std::isfinite(b.y1);
}

/// One region: out is [bins, bins, channels], zero on entry.
void align_one(float* out, const FeatureLevel& level, const Box& roi, const RoiAlignParams& params,
               Scratch& scratch) {
  const auto& [height, width, channels] = level.features.shape;
  const AxisSpan span_y = axis_span(roi.y0, roi.y1, level.scale, params);
  const AxisSpan span_x = axis_span(roi.x0, roi.x1, level.scale, params);
  sample_axis(scratch.y, span_y, params.bins, height);
  sample_axis(scratch.x, span_x, params.bins, width);
  const float count = static_cast<float>(std::max(span_y.per_bin * span_x.per_bin, 1));

  for (int bin_y = 0; bin_y < params.bins; ++bin_y) {
    for (int bin_x = 0; bin_x < params.bins; ++bin_x, out += channels) {
      for (int i = bin_y * span_y.per_bin; i < (bin_y + 1) * span_y.per_bin; ++i) {
        const AxisSample& y = scratch.y[static_cast<std::size_t>(i)];
        if (!y.inside) continue;
        for (int j = bin_x * span_x.per_bin; j < (bin_x + 1) * span_x.per_bin; ++j) {
          const AxisSample& x = scratch.x[static_cast<std::size_t>(j)];
          if (x.inside) {
            accumulate(out, level.features.data, taps(y, x, width, channels), channels);
          }
        }
      }
      for (std::int64_t c = 0; c < channels; ++c) out[c] /= count;
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
