/// Preprocessing as kernels (kernels/host_block.hpp): preprocess.hpp for a batch of images, all
/// modes, on numbers of T; with T = float equal to the CPU to the last bit.
///
///   block    what BatchStager::stage filled
///   scratch  batch.scratch_bytes bytes
///   out      [images, padded height, padded width, channels] of T, written completely: zeros in
///            the padding and in the channels beyond 3 (tensor cores want 4 or 8 of them)
///
/// Mode pillow rounds to bytes between its passes, so NarrowRows goes before MakeInput there.
///
/// Example: make_inputs(HostRun(), out, 4, batch, block, scratch);
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/kernels/pack.hpp"
#include "stages/kernels/staged.hpp"
#include "stages/preprocess/preprocess_batch.hpp"
#include "stages/preprocess/resize_pillow.hpp"

namespace roiflow {

/// A block resizes one row of an image along x.
struct NarrowRows {
  static constexpr int threads = 256;
  struct Shared {};
  PreprocessBatch batch;
  const std::byte* block = nullptr;
  std::uint8_t* scratch = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& threads_of_row, Shared&, int row) const {
    const StagedImage* images = staged<StagedImage>(block, batch.image_table);
    int index = 0;
    while (index + 1 < batch.images && images[index + 1].first_row <= row) ++index;
    const StagedImage& image = images[index];
    const int y = row - image.first_row;
    const std::uint8_t* in =
        staged<std::uint8_t>(block, image.pixels) + static_cast<std::int64_t>(y) * image.width * 3;
    std::uint8_t* out =
        scratch + image.narrowed + static_cast<std::int64_t>(y) * image.resized_width * 3;
    const PillowWindow* windows = staged<PillowWindow>(block, image.columns);
    const std::int32_t* weights = staged<std::int32_t>(block, image.column_weights);
    threads_of_row.each(image.resized_width, [&](int x) {
      const PillowWindow window = windows[x];
      const std::uint8_t* from = in + window.first * 3;
      std::int32_t red = pillow_half, green = pillow_half, blue = pillow_half;
      for (int i = 0; i < window.count; ++i, from += 3) {
        const std::int32_t weight = weights[window.weights + i];
        red += from[0] * weight;
        green += from[1] * weight;
        blue += from[2] * weight;
      }
      out[x * 3] = pillow_byte(red);
      out[x * 3 + 1] = pillow_byte(green);
      out[x * 3 + 2] = pillow_byte(blue);
    });
  }
};

/// A block makes a row of an image's input; the channels of a pixel are written by `pack`.
template <class T, int pack>
struct MakeInput {
  static constexpr int threads = 256;
  struct Shared {};
  PreprocessBatch batch;
  const std::byte* block = nullptr;
  const std::uint8_t* scratch = nullptr;
  int channels = 3;
  T* out = nullptr;

  [[nodiscard]] int blocks() const { return batch.images * batch.padded_height; }

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& threads_of_row, Shared&, int row) const {
    const int y = row % batch.padded_height;
    const StagedImage& image =
        staged<StagedImage>(block, batch.image_table)[row / batch.padded_height];
    T* out_row = out + static_cast<std::int64_t>(row) * batch.padded_width * channels;
    threads_of_row.each(batch.padded_width, [&](int x) {
      Floats<3> pixel{};
      if (y < image.resized_height && x < image.resized_width) {
        pixel = batch.mode == PreprocessMode::pillow ? averaged(image, y, x) : mixed(image, y, x);
      }
      write(out_row + static_cast<std::int64_t>(x) * channels, pixel);
    });
  }

 private:
  ROIFLOW_HOST_DEVICE void write(T* to, const Floats<3>& pixel) const {
    for (int first = 0; first < channels; first += pack) {
      Floats<pack> part;
      for (int k = 0; k < pack; ++k) {
        const int c = first + k;
        part.values[k] = c == 0   ? pixel.values[0]
                         : c == 1 ? pixel.values[1]
                         : c == 2 ? pixel.values[2]
                                  : 0.0F;
      }
      store_pack(to + first, part);
    }
  }

  /// A byte of the image's channel that becomes the network's channel c, normalised.
  [[nodiscard]] ROIFLOW_HOST_DEVICE float normalised(std::uint8_t byte, int c) const {
    return staged<float>(block, batch.normalisation)[byte * 3 + c];
  }
  [[nodiscard]] ROIFLOW_HOST_DEVICE int source(int c) const {
    return is_bgr(batch.mode) ? 2 - c : c;
  }

  /// Mode pillow: down the narrowed image.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Floats<3> averaged(const StagedImage& image, int y,
                                                       int x) const {
    const PillowWindow window = staged<PillowWindow>(block, image.rows)[y];
    const std::int32_t* weights = staged<std::int32_t>(block, image.row_weights) + window.weights;
    const std::int64_t row_bytes = static_cast<std::int64_t>(image.resized_width) * 3;
    const std::uint8_t* from =
        scratch + image.narrowed + window.first * row_bytes + static_cast<std::int64_t>(x) * 3;
    std::int32_t red = pillow_half, green = pillow_half, blue = pillow_half;
    for (int i = 0; i < window.count; ++i, from += row_bytes) {
      red += from[0] * weights[i];
      green += from[1] * weights[i];
      blue += from[2] * weights[i];
    }
    return {normalised(pillow_byte(blue), 0), normalised(pillow_byte(green), 1),
            normalised(pillow_byte(red), 2)};
  }

  /// The other modes: between four pixels.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Floats<3> mixed(const StagedImage& image, int y, int x) const {
    const Tap row = staged<Tap>(block, image.rows)[y];
    const Tap column = staged<Tap>(block, image.columns)[x];
    const std::uint8_t* pixels = staged<std::uint8_t>(block, image.pixels);
    const std::uint8_t* up = pixels + static_cast<std::int64_t>(row.first) * image.width * 3;
    const std::uint8_t* down = pixels + static_cast<std::int64_t>(row.second) * image.width * 3;
    Floats<3> pixel;
    for (int c = 0; c < 3; ++c) {
      const int left = column.first * 3 + source(c), right = column.second * 3 + source(c);
      const float above = mix(column, normalised(up[left], c), normalised(up[right], c));
      const float below = mix(column, normalised(down[left], c), normalised(down[right], c));
      const float value = mix(row, above, below);
      pixel.values[c] =
          batch.mode == PreprocessMode::d2go ? (value - batch.mean[c]) / batch.std[c] : value;
    }
    return pixel;
  }
};

/// All kernels of a batch; `out` [images, padded height, padded width, channels].
template <class T, class Run>
void make_inputs(const Run& run, T* out, int channels, const PreprocessBatch& batch,
                 const std::byte* block, std::uint8_t* scratch) {
  if (batch.mode == PreprocessMode::pillow) {
    run.blocks(NarrowRows{batch, block, scratch}, batch.rows);
  }
  const auto launch = [&](const auto& make) { run.blocks(make, make.blocks()); };
  if (fits_packs<4>(out, channels)) {
    launch(MakeInput<T, 4>{batch, block, scratch, channels, out});
  } else {
    launch(MakeInput<T, 1>{batch, block, scratch, channels, out});
  }
}

}  // namespace roiflow
