/// The inner loops of Winograd's F(4x4, 3x3) on blocks of 8 channels, for one instruction set.
///
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; interpolation points
/// 0, +-5/8, +-3/2 and infinity, whose transforms are exact in binary and lose less precision than
/// the paper's 0, +-1, +-2.
///
/// A tile is 6x6 input pixels and 4x4 output pixels. A transformed tile has 36 numbers a channel,
/// number 6 * i + j for row i and column j.
#pragma once

#include <cstdint>

namespace roiflow {

inline constexpr std::int64_t winograd_block = 8;     ///< channels side by side in memory
inline constexpr std::int64_t winograd_panel = 16;    ///< output channels computed together
inline constexpr std::int64_t winograd_rows = 6;      ///< tiles computed together
inline constexpr std::int64_t winograd_numbers = 36;  ///< of one transformed tile
inline constexpr std::int64_t winograd_outputs = 4;   ///< a side of a tile's output
inline constexpr double winograd_a = 0.625;           ///< the points are 0, a, -a, b, -b, infinity
inline constexpr double winograd_b = 1.5;

/// Which of a tile's rows and columns are in the image: [first, last).
struct WinogradWindow {
  std::int64_t first_row, last_row, first_column, last_column;
};

struct WinogradKernels {
  /// Transforms one tile of all channel blocks. `pixels` is the image's plane of the first block at
  /// the tile's first row and column inside the window; `out` gets number k of block b at
  /// k * number_stride + 8 * b.
  void (*transform_input)(float* out, std::int64_t number_stride, const float* pixels,
                          std::int64_t row_stride, std::int64_t plane_stride, std::int64_t blocks,
                          const WinogradWindow& window);

  /// out[tile][panel pair of blocks][.] = sum over channels of in[tile][channel] *
  /// weights[panel][channel][16], for one of the 36 numbers. `tiles` is a multiple of 6; block b of
  /// tile t is written to out + t * tile_stride + b * 36 * 8.
  void (*multiply)(float* out, std::int64_t tile_stride, const float* in, const float* weights,
                   std::int64_t tiles, std::int64_t in_channels, std::int64_t out_channels);

  /// Transforms one tile of all channel blocks back: in[block][36][8] to at most 4x4 pixels each;
  /// `rows` and `columns` say how many. Adds bias (unless null), what is there (`add`), then ReLU.
  void (*transform_output)(float* pixels, std::int64_t row_stride, std::int64_t plane_stride,
                           const float* in, const float* bias, std::int64_t blocks,
                           std::int64_t rows, std::int64_t columns, bool add, bool relu);
};

/// Null where the processor has no AVX2 and FMA.
const WinogradKernels* winograd_kernels();

}  // namespace roiflow
