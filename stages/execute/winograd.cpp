#include "stages/execute/winograd.hpp"

#include <algorithm>
#include <array>

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

/// A group's numbers and products together stay below this: a good part of a core's cache share,
/// and enough tiles for each weight that is read.
constexpr std::int64_t group_bytes = 4 << 20;

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// G: values of the kernel's polynomial at the six points, each divided by the product of the
/// point's distances to the other finite points.
std::array<double, 6> kernel_points(double g0, double g1, double g2) {
  constexpr double a = winograd_a;
  constexpr double b = winograd_b;
  constexpr double at_a = 2 * a * a * (a * a - b * b);
  constexpr double at_b = 2 * b * b * (b * b - a * a);
  return {g0 / (a * a * b * b),
          (g0 + a * g1 + a * a * g2) / at_a,
          (g0 - a * g1 + a * a * g2) / at_a,
          (g0 + b * g1 + b * b * g2) / at_b,
          (g0 - b * g1 + b * b * g2) / at_b,
          g2};
}

/// One 3x3 kernel to its 36 numbers.
std::array<double, 36> transform_kernel(const float* g) {
  std::array<std::array<double, 6>, 3> columns;
  for (std::size_t x = 0; x < 3; ++x) columns[x] = kernel_points(g[x], g[3 + x], g[6 + x]);
  std::array<double, 36> numbers;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto row = kernel_points(columns[0][i], columns[1][i], columns[2][i]);
    std::copy(row.begin(), row.end(), numbers.begin() + static_cast<std::ptrdiff_t>(6 * i));
  }
  return numbers;
}

}  // namespace

bool WinogradConvolution::applies(const Conv2d& conv, std::int64_t in_channels) {
  constexpr std::int64_t worthwhile_channels = 32;  // fewer, and the transforms cost more
  return winograd_kernels() != nullptr && conv.kernel == Extent2d{3, 3} &&
         conv.stride == Extent2d{1, 1} && conv.dilation == Extent2d{1, 1} && conv.groups == 1 &&
         in_channels % winograd_block == 0 && conv.out_channels % winograd_panel == 0 &&
         in_channels >= worthwhile_channels && conv.out_channels >= worthwhile_channels;
}

WeightTensor WinogradConvolution::transform_weights(const WeightTensor& weights) {
  const auto outs = static_cast<std::size_t>(weights.shape[0]);
  const auto ins = static_cast<std::size_t>(weights.shape[1]);
  constexpr std::size_t panel = winograd_panel;
  const auto size = static_cast<std::size_t>(winograd_numbers) * outs * ins;
  WeightTensor transformed{{static_cast<std::int64_t>(size)}, std::vector<float>(size)};
  for (std::size_t out = 0; out < outs; ++out) {
    for (std::size_t in = 0; in < ins; ++in) {
      const auto numbers = transform_kernel(weights.values.data() + (out * ins + in) * 9);
      for (std::size_t k = 0; k < numbers.size(); ++k) {
        const std::size_t at = ((k * (outs / panel) + out / panel) * ins + in) * panel;
        transformed.values[at + out % panel] = static_cast<float>(numbers[k]);
      }
    }
  }
  return transformed;
}

WinogradConvolution::WinogradConvolution(const Geometry& geometry)
    : geometry_(geometry), kernels_(winograd_kernels()) {
  require(kernels_ != nullptr, ErrorCode::device, "this CPU has no AVX2");
  tile_rows_ = round_up(geometry.out_height, winograd_outputs) / winograd_outputs;
  tile_columns_ = round_up(geometry.out_width, winograd_outputs) / winograd_outputs;
  tiles_ = geometry.batch * tile_rows_ * tile_columns_;
  const std::int64_t bytes_per_tile = winograd_numbers *
                                      (geometry.in_channels + geometry.out_channels) *
                                      static_cast<std::int64_t>(sizeof(float));
  const std::int64_t most = std::max(group_bytes / bytes_per_tile, winograd_rows);
  const std::int64_t groups = (tiles_ + most - 1) / most;
  group_ = round_up((tiles_ + groups - 1) / groups, winograd_rows);
  // The odd cache line keeps the 36 places that a tile is written to out of the same cache set.
  number_stride_ = group_ * geometry.in_channels + 16;
}

std::size_t WinogradConvolution::scratch_bytes() const {
  const std::int64_t products = group_ * geometry_.out_channels * winograd_numbers;
  return static_cast<std::size_t>(number_stride_ * winograd_numbers + products) * sizeof(float);
}

void WinogradConvolution::run(float* out, const float* in, const float* weights, const float* bias,
                              float* scratch) const {
  float* numbers = scratch;
  float* products = scratch + number_stride_ * winograd_numbers;
  const std::int64_t in_channels = geometry_.in_channels;
  const std::int64_t out_channels = geometry_.out_channels;
  for (std::int64_t first = 0; first < tiles_; first += group_) {
    const std::int64_t count = std::min(group_, tiles_ - first);
    transform_inputs(numbers, in, first, count);
    for (std::int64_t k = 0; k < winograd_numbers; ++k) {
      kernels_->multiply(products + k * winograd_block, out_channels * winograd_numbers,
                         numbers + k * number_stride_, weights + k * in_channels * out_channels,
                         round_up(count, winograd_rows), in_channels, out_channels);
    }
    transform_outputs(out, products, bias, first, count);
  }
}

void WinogradConvolution::transform_inputs(float* numbers, const float* in, std::int64_t first,
                                           std::int64_t count) const {
  const Geometry& g = geometry_;
  const std::int64_t row_stride = g.width * winograd_block;
  const std::int64_t plane_stride = g.height * row_stride;
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t tile = first + t;
    const std::int64_t image = tile / (tile_rows_ * tile_columns_);
    const std::int64_t y = tile / tile_columns_ % tile_rows_ * winograd_outputs - g.padding.h;
    const std::int64_t x = tile % tile_columns_ * winograd_outputs - g.padding.w;
    const auto clip = [](std::int64_t at, std::int64_t size) {
      return std::clamp<std::int64_t>(at, 0, size);
    };
    const WinogradWindow window{clip(-y, 6), clip(g.height - y, 6), clip(-x, 6),
                                clip(g.width - x, 6)};
    const float* pixels = in + image * g.in_channels * g.height * g.width +
                          (y + window.first_row) * row_stride +
                          (x + window.first_column) * winograd_block;
    kernels_->transform_input(numbers + t * g.in_channels, number_stride_, pixels, row_stride,
                              plane_stride, g.in_channels / winograd_block, window);
  }
  const std::int64_t rest = round_up(count, winograd_rows) - count;
  for (std::int64_t k = 0; rest > 0 && k < winograd_numbers; ++k) {
    float* unused = numbers + k * number_stride_ + count * g.in_channels;
    std::fill_n(unused, rest * g.in_channels, 0.0F);  // no stray denormals to multiply
  }
}

void WinogradConvolution::transform_outputs(float* out, const float* products, const float* bias,
                                            std::int64_t first, std::int64_t count) const {
  const Geometry& g = geometry_;
  const std::int64_t row_stride = g.out_width * winograd_block;
  const std::int64_t plane_stride = g.out_height * row_stride;
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t tile = first + t;
    const std::int64_t image = tile / (tile_rows_ * tile_columns_);
    const std::int64_t y = tile / tile_columns_ % tile_rows_ * winograd_outputs;
    const std::int64_t x = tile % tile_columns_ * winograd_outputs;
    float* pixels = out + image * g.out_channels * g.out_height * g.out_width + y * row_stride +
                    x * winograd_block;
    kernels_->transform_output(
        pixels, row_stride, plane_stride, products + t * g.out_channels * winograd_numbers, bias,
        g.out_channels / winograd_block, std::min(winograd_outputs, g.out_height - y),
        std::min(winograd_outputs, g.out_width - x), g.add, g.relu);
  }
}

}  // namespace roiflow
