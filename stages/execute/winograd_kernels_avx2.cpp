// Compiled for AVX2 and FMA, and called only where the processor has both. Nothing here may be
// shared with files compiled for lesser processors: no templates or inline functions of others.
#include <immintrin.h>

#include "stages/execute/winograd_kernels.hpp"

namespace roiflow {

namespace {

using Vector = __m256;

constexpr float a1 = static_cast<float>(winograd_a);
constexpr float b1 = static_cast<float>(winograd_b);
constexpr float a2 = a1 * a1;
constexpr float b2 = b1 * b1;
constexpr float a3 = a2 * a1;
constexpr float b3 = b2 * b1;

Vector constant(float value) {
  return _mm256_set1_ps(value);
}

/// B^T d: values of d's polynomial dual at the six points; `out` and `d` step by their strides.
[[gnu::always_inline]] inline void input_points(float* out, std::int64_t out_step, Vector d0,
                                                Vector d1, Vector d2, Vector d3, Vector d4,
                                                Vector d5) {
  const Vector even_a = _mm256_fnmadd_ps(constant(b2), d2, d4);
  const Vector odd_a = _mm256_mul_ps(constant(a1), _mm256_fnmadd_ps(constant(b2), d1, d3));
  const Vector even_b = _mm256_fnmadd_ps(constant(a2), d2, d4);
  const Vector odd_b = _mm256_mul_ps(constant(b1), _mm256_fnmadd_ps(constant(a2), d1, d3));
  const Vector sum = constant(a2 + b2);
  const Vector product = constant(a2 * b2);
  const Vector at_zero = _mm256_fmadd_ps(product, d0, _mm256_fnmadd_ps(sum, d2, d4));
  const Vector at_infinity = _mm256_fmadd_ps(product, d1, _mm256_fnmadd_ps(sum, d3, d5));
  _mm256_storeu_ps(out, at_zero);
  _mm256_storeu_ps(out + out_step, _mm256_add_ps(even_a, odd_a));
  _mm256_storeu_ps(out + 2 * out_step, _mm256_sub_ps(even_a, odd_a));
  _mm256_storeu_ps(out + 3 * out_step, _mm256_add_ps(even_b, odd_b));
  _mm256_storeu_ps(out + 4 * out_step, _mm256_sub_ps(even_b, odd_b));
  _mm256_storeu_ps(out + 5 * out_step, at_infinity);
}

/// Both directions of one 6x6 patch; rows of pixels are `row_stride` floats apart.
void transform_patch(float* out, std::int64_t number_stride, const float* pixels,
                     std::int64_t row_stride) {
  alignas(32) float columns[36 * 8];  // [row number][column][8]
  for (std::int64_t x = 0; x < 6; ++x) {
    const float* p = pixels + 8 * x;
    input_points(columns + 8 * x, 48, _mm256_loadu_ps(p), _mm256_loadu_ps(p + row_stride),
                 _mm256_loadu_ps(p + 2 * row_stride), _mm256_loadu_ps(p + 3 * row_stride),
                 _mm256_loadu_ps(p + 4 * row_stride), _mm256_loadu_ps(p + 5 * row_stride));
  }
  for (std::int64_t i = 0; i < 6; ++i) {
    const float* p = columns + 48 * i;
    input_points(out + 6 * i * number_stride, number_stride, _mm256_load_ps(p),
                 _mm256_load_ps(p + 8), _mm256_load_ps(p + 16), _mm256_load_ps(p + 24),
                 _mm256_load_ps(p + 32), _mm256_load_ps(p + 40));
  }
}

void transform_input(float* out, std::int64_t number_stride, const float* pixels,
                     std::int64_t row_stride, std::int64_t plane_stride, std::int64_t blocks,
                     const WinogradWindow& window) {
  const bool is_inside = window.first_row == 0 && window.last_row == 6 &&
                         window.first_column == 0 && window.last_column == 6;
  if (is_inside) {
    for (std::int64_t block = 0; block < blocks; ++block) {
      transform_patch(out + 8 * block, number_stride, pixels + block * plane_stride, row_stride);
    }
    return;
  }
  alignas(32) float patch[36 * 8] = {};
  for (std::int64_t block = 0; block < blocks; ++block) {
    const float* row = pixels + block * plane_stride;
    for (std::int64_t y = window.first_row; y < window.last_row; ++y, row += row_stride) {
      const float* pixel = row;
      for (std::int64_t x = window.first_column; x < window.last_column; ++x, pixel += 8) {
        _mm256_store_ps(patch + (6 * y + x) * 8, _mm256_loadu_ps(pixel));
      }
    }
    transform_patch(out + 8 * block, number_stride, patch, 48);
  }
}

/// Six tiles times sixteen output channels: twelve sums that stay in registers.
void multiply_panel(float* out, std::int64_t tile_stride, const float* in, const float* weights,
                    std::int64_t in_channels) {
  const float* row0 = in;
  const float* row1 = row0 + in_channels;
  const float* row2 = row1 + in_channels;
  const float* row3 = row2 + in_channels;
  const float* row4 = row3 + in_channels;
  const float* row5 = row4 + in_channels;
  Vector sum00 = _mm256_setzero_ps(), sum01 = sum00, sum10 = sum00, sum11 = sum00, sum20 = sum00,
         sum21 = sum00, sum30 = sum00, sum31 = sum00, sum40 = sum00, sum41 = sum00, sum50 = sum00,
         sum51 = sum00;
  for (std::int64_t c = 0; c < in_channels; ++c, weights += 16) {
    const Vector low = _mm256_loadu_ps(weights);
    const Vector high = _mm256_loadu_ps(weights + 8);
    Vector value = _mm256_broadcast_ss(row0 + c);
    sum00 = _mm256_fmadd_ps(value, low, sum00);
    sum01 = _mm256_fmadd_ps(value, high, sum01);
    value = _mm256_broadcast_ss(row1 + c);
    sum10 = _mm256_fmadd_ps(value, low, sum10);
    sum11 = _mm256_fmadd_ps(value, high, sum11);
    value = _mm256_broadcast_ss(row2 + c);
    sum20 = _mm256_fmadd_ps(value, low, sum20);
    sum21 = _mm256_fmadd_ps(value, high, sum21);
    value = _mm256_broadcast_ss(row3 + c);
    sum30 = _mm256_fmadd_ps(value, low, sum30);
    sum31 = _mm256_fmadd_ps(value, high, sum31);
    value = _mm256_broadcast_ss(row4 + c);
    sum40 = _mm256_fmadd_ps(value, low, sum40);
    sum41 = _mm256_fmadd_ps(value, high, sum41);
    value = _mm256_broadcast_ss(row5 + c);
    sum50 = _mm256_fmadd_ps(value, low, sum50);
    sum51 = _mm256_fmadd_ps(value, high, sum51);
  }
  constexpr std::int64_t next_block = winograd_numbers * winograd_block;
  const Vector sums[6][2] = {{sum00, sum01}, {sum10, sum11}, {sum20, sum21},
                             {sum30, sum31}, {sum40, sum41}, {sum50, sum51}};
  for (const auto& [low, high] : sums) {
    _mm256_storeu_ps(out, low);
    _mm256_storeu_ps(out + next_block, high);
    out += tile_stride;
  }
}

void multiply(float* out, std::int64_t tile_stride, const float* in, const float* weights,
              std::int64_t tiles, std::int64_t in_channels, std::int64_t out_channels) {
  for (std::int64_t panel = 0; panel < out_channels / winograd_panel; ++panel) {
    const float* panel_weights = weights + panel * in_channels * winograd_panel;
    float* panel_out = out + panel * 2 * winograd_numbers * winograd_block;
    for (std::int64_t tile = 0; tile < tiles; tile += winograd_rows) {
      multiply_panel(panel_out + tile * tile_stride, tile_stride, in + tile * in_channels,
                     panel_weights, in_channels);
    }
  }
}

/// A^T m: four outputs from the values at the six points.
[[gnu::always_inline]] inline void outputs_of_points(Vector (&y)[4], Vector m0, Vector m1,
                                                     Vector m2, Vector m3, Vector m4, Vector m5) {
  const Vector even_a = _mm256_add_ps(m1, m2);
  const Vector odd_a = _mm256_sub_ps(m1, m2);
  const Vector even_b = _mm256_add_ps(m3, m4);
  const Vector odd_b = _mm256_sub_ps(m3, m4);
  y[0] = _mm256_add_ps(_mm256_add_ps(m0, even_a), even_b);
  y[1] = _mm256_fmadd_ps(constant(a1), odd_a, _mm256_mul_ps(constant(b1), odd_b));
  y[2] = _mm256_fmadd_ps(constant(a2), even_a, _mm256_mul_ps(constant(b2), even_b));
  y[3] = _mm256_fmadd_ps(constant(a3), odd_a, _mm256_fmadd_ps(constant(b3), odd_b, m5));
}

void transform_output(float* pixels, std::int64_t row_stride, std::int64_t plane_stride,
                      const float* in, const float* bias, std::int64_t blocks, std::int64_t rows,
                      std::int64_t columns, bool add, bool relu) {
  for (std::int64_t block = 0; block < blocks; ++block) {
    alignas(32) float half[4 * 6 * 8];  // [row][column number][8]
    for (std::int64_t j = 0; j < 6; ++j) {
      const float* m = in + 8 * j;
      Vector y[4];
      outputs_of_points(y, _mm256_loadu_ps(m), _mm256_loadu_ps(m + 48), _mm256_loadu_ps(m + 96),
                        _mm256_loadu_ps(m + 144), _mm256_loadu_ps(m + 192),
                        _mm256_loadu_ps(m + 240));
      for (std::int64_t i = 0; i < 4; ++i) _mm256_store_ps(half + (6 * i + j) * 8, y[i]);
    }
    const Vector offset = bias != nullptr ? _mm256_loadu_ps(bias + 8 * block) : constant(0.0F);
    for (std::int64_t i = 0; i < rows; ++i) {
      const float* m = half + 48 * i;
      Vector y[4];
      outputs_of_points(y, _mm256_load_ps(m), _mm256_load_ps(m + 8), _mm256_load_ps(m + 16),
                        _mm256_load_ps(m + 24), _mm256_load_ps(m + 32), _mm256_load_ps(m + 40));
      float* out = pixels + block * plane_stride + i * row_stride;
      for (std::int64_t j = 0; j < columns; ++j, out += 8) {
        Vector value = _mm256_add_ps(y[j], offset);
        if (add) value = _mm256_add_ps(value, _mm256_loadu_ps(out));
        if (relu) value = _mm256_max_ps(value, constant(0.0F));
        _mm256_storeu_ps(out, value);
      }
    }
    in += winograd_numbers * winograd_block;
  }
}

constexpr WinogradKernels kernels{transform_input, multiply, transform_output};

}  // namespace

const WinogradKernels* winograd_kernels() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernels : nullptr;
}

}  // namespace roiflow
