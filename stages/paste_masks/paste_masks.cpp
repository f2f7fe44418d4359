#include "stages/paste_masks/paste_masks.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/paste_masks/resample_axis.hpp"
#include "stages/paste_masks/run_writer.hpp"

namespace roiflow {
namespace {

/// The mask with its border of zeros, column by column: [M + 2][M + 2], x slowest.
std::vector<float> bordered_columns(TensorView<const float, 2> mask) {
  const auto cells = static_cast<std::size_t>(mask.shape[0]);
  std::vector<float> columns((cells + 2) * (cells + 2), 0.0F);
  const float* in = mask.data;
  for (std::size_t y = 1; y <= cells; ++y) {
    for (std::size_t x = 1; x <= cells; ++x) columns[x * (cells + 2) + y] = *in++;
  }
  return columns;
}

/// Visible pixel rows [begin, end) that mix the same two cells.
struct Segment {
  int low = 0, high = 0;
  std::size_t begin = 0, end = 0;
};

std::vector<Segment> segments_of(const std::vector<PixelTap>& taps) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    if (segments.empty() || segments.back().low != taps[i].low) {
      segments.push_back({taps[i].low, taps[i].high, i, i});
    }
    segments.back().end = i + 1;
  }
  return segments;
}

/// One column of pixels. Between two cells the probability lies between theirs: where both are
/// clearly on one side of the threshold no pixel needs to be looked at. The margin is above the
/// rounding error of the sum (below 3e-7 for values up to 1), so nothing is decided differently.
void write_column(RunWriter& runs, std::int64_t column_start, const float* cells,
                  const std::vector<Segment>& segments, const std::vector<PixelTap>& taps,
                  float threshold) {
  constexpr float margin = 1e-6F;
  for (const Segment& s : segments) {
    const float low = cells[s.low];
    const float high = cells[s.high];
    if (low < threshold - margin && high < threshold - margin) continue;  // NaN is never clear
    if (low > threshold + margin && high > threshold + margin) {
      runs.set(column_start + static_cast<std::int64_t>(s.begin),
               column_start + static_cast<std::int64_t>(s.end));
      continue;
    }
    for (std::size_t i = s.begin; i < s.end; ++i) {
      if (low * taps[i].low_weight + high * taps[i].high_weight > threshold) {
        const std::int64_t pixel = column_start + static_cast<std::int64_t>(i);
        runs.set(pixel, pixel + 1);
      }
    }
  }
}

void mix_cells(float* __restrict out, const float* a, const float* b, const PixelTap& tap,
               std::size_t cells) {
  for (std::size_t i = 0; i < cells; ++i) out[i] = a[i] * tap.low_weight + b[i] * tap.high_weight;
}

void check(const Shape<2>& mask, int height, int width) {
  require(mask[0] > 0 && mask[0] == mask[1], ErrorCode::bad_data,
          "paste_mask: expected a square mask, found {} x {}", mask[0], mask[1]);
  require(
      height > 0 && width > 0 &&
          static_cast<std::int64_t>(height) * width <= std::numeric_limits<std::uint32_t>::max(),
      ErrorCode::bad_data, "paste_mask: an image of {} x {} pixels has no run lengths", height,
      width);
}

}  // namespace

PasteConvention paste_convention(std::string_view name) {
  if (name == "torchvision") return PasteConvention::torchvision;
  require(name == "detectron2", ErrorCode::usage,
          "paste convention '{}' is unknown; known conventions: torchvision, detectron2", name);
  return PasteConvention::detectron2;
}

Rle paste_mask(TensorView<const float, 2> probabilities, const Box& original_px, int height,
               int width, float threshold, PasteConvention convention) {
  check(probabilities.shape, height, width);
  const auto cells = static_cast<int>(probabilities.shape[0]) + 2;
  threshold = strict_threshold(threshold, convention);
  RunWriter runs;
  const ResampledAxis axis_x =
      resample_axis(paste_axis(cells, original_px.x0, original_px.x1, width, convention));
  const ResampledAxis axis_y =
      resample_axis(paste_axis(cells, original_px.y0, original_px.y1, height, convention));
  if (!axis_x.taps.empty() && !axis_y.taps.empty()) {
    const std::vector<Segment> segments = segments_of(axis_y.taps);
    const std::vector<float> columns = bordered_columns(probabilities);
    const auto stride = static_cast<std::size_t>(cells);
    std::vector<float> mixed(stride);
    std::int64_t start = axis_x.first * height + axis_y.first;
    for (const PixelTap& tap : axis_x.taps) {
      mix_cells(mixed.data(), columns.data() + static_cast<std::size_t>(tap.low) * stride,
                columns.data() + static_cast<std::size_t>(tap.high) * stride, tap, stride);
      write_column(runs, start, mixed.data(), segments, axis_y.taps, threshold);
      start += height;
    }
  }
  return {height, width, runs.finish(static_cast<std::int64_t>(height) * width)};
}

}  // namespace roiflow
