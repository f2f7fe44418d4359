#include "stages/roi_pool/roi_pool.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "stages/core/error.hpp"
#include "stages/roi_pool/axis_range.hpp"

namespace roiflow {
namespace {

/// out[c] = the largest of the bin's pixels; `out` holds zeros on entry.
void largest(float* __restrict out, TensorView<const float, 3> features, const AxisRange::Bin& rows,
             const AxisRange::Bin& columns) {
  const std::int64_t width = features.shape[1], channels = features.shape[2];
  if (rows.begin >= rows.end || columns.begin >= columns.end) return;
  std::fill_n(out, channels, std::numeric_limits<float>::lowest());
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    for (std::int64_t x = columns.begin; x < columns.end; ++x) {
      const float* pixel = features.data + (y * width + x) * channels;
      for (std::int64_t c = 0; c < channels; ++c) out[c] = pixel[c] > out[c] ? pixel[c] : out[c];
    }
  }
}

}  // namespace

void roi_pool(TensorView<float, 4> out, TensorView<const float, 3> features, float scale,
              std::span<const Box> rois) {
  const auto [count, bins, columns, channels] = out.shape;
  require(count == std::ssize(rois) && bins == columns && bins > 0 && channels == features.shape[2],
          ErrorCode::internal,
          "roi_pool: expected an output of {} x n x n x {}, found {} x {} x {} x {}", rois.size(),
          features.shape[2], count, bins, columns, channels);
  std::fill_n(out.data, out.size(), 0.0F);
  float* bin = out.data;
  for (const Box& roi : rois) {
    if (!finite(roi)) {
      bin += bins * bins * channels;
      continue;
    }
    const AxisRange y = axis_range(roi.y0, roi.y1, scale, bins, features.shape[0]);
    const AxisRange x = axis_range(roi.x0, roi.x1, scale, bins, features.shape[1]);
    for (std::int64_t row = 0; row < bins; ++row) {
      for (std::int64_t column = 0; column < bins; ++column, bin += channels) {
        largest(bin, features, y.bin(row), x.bin(column));
      }
    }
  }
}

}  // namespace roiflow
