/// The mask predictor as a kernel (kernels/host_block.hpp): the last layer of the mask head and its
/// sigmoid, of each detection's own class only.
///
///   hidden   [rows, height, width, stride] of T, in each the side * side * channels numbers of a
///            block of side x side pixels (1, or 2 behind a transposed convolution), row by row
///   labels   [rows] the detection's class; negative or beyond the classes: not in use, gives zeros
///   weights  [classes, channels] float32
///   bias     [classes] float32
///   out      [rows, side * height, side * width] float32, sigmoid(weights . hidden + bias)
///
/// Products are added up in sixteen running sums, i in sum i % 16, then the sums by halves, in
/// float32: the order of DetectorNetworks::mask_head. The sigmoid is that of mask_result.hpp.
///
/// Example: const PredictMasks<float, 8> kernel{layer, hidden, labels, rows, out};
///          run_blocks(kernel, kernel.blocks());
#pragma once

#include <cmath>
#include <cstdint>

#include "stages/kernels/host_device.hpp"
#include "stages/kernels/pack.hpp"

namespace roiflow {

struct MaskPredictorLayer {
  const float* weights = nullptr;
  const float* bias = nullptr;
  int classes = 0, channels = 0;
  int height = 0, width = 0;  ///< of the hidden layer
  int side = 1;               ///< of the block of pixels that a hidden vector stands for
  int stride = 0;             ///< elements from one hidden vector to the next; 0: no padding
};

/// A block makes `pixels` pixels of the batch in the order of the hidden layer. A thread adds up
/// `pack` of a pixel's sixteen sums.
template <class T, int pack>
struct PredictMasks {
  static constexpr int sums = 16;
  static constexpr int pixels = 128;
  static constexpr int threads = 256;
  struct Shared {
    float sums[pixels][PredictMasks::sums + 1];  // odd: neighbours lie in different banks
  };
  MaskPredictorLayer layer;
  const T* hidden = nullptr;
  const int* labels = nullptr;
  int rows = 0;
  float* out = nullptr;

  [[nodiscard]] ROIFLOW_HOST_DEVICE int pixels_of_row() const {
    return layer.height * layer.width * layer.side * layer.side;
  }
  /// Pixels of all rows are counted in 32 bits: a batch has some hundred thousand.
  [[nodiscard]] int blocks() const { return (rows * pixels_of_row() + pixels - 1) / pixels; }

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    constexpr int threads_of_pixel = sums / pack;
    const int first = index * pixels;
    const int left = rows * pixels_of_row() - first;
    const int count = left < pixels ? left : pixels;
    const int corners = layer.side * layer.side;
    const int stride = layer.stride > 0 ? layer.stride : corners * layer.channels;
    block.each(count * threads_of_pixel, [&](int i) {
      const int pixel = i / threads_of_pixel, from = i % threads_of_pixel * pack;
      const int label = labels[(first + pixel) / pixels_of_row()];
      if (!in_use(label)) return;
      const T* block_of_pixels =
          hidden + static_cast<std::int64_t>((first + pixel) / corners) * stride;
      const T* vector = block_of_pixels + (first + pixel) % corners * layer.channels;
      const float* weights = layer.weights + static_cast<std::int64_t>(label) * layer.channels;
      const Floats<pack> partial = dot(vector, weights, from);
      for (int k = 0; k < pack; ++k) shared.sums[pixel][from + k] = partial.values[k];
    });
    block.each(count, [&](int i) {
      const int pixel = first + i;
      const int label = labels[pixel / pixels_of_row()];
      out[place(pixel)] = in_use(label) ? probability(shared.sums[i], layer.bias[label]) : 0.0F;
    });
  }

 private:
  [[nodiscard]] ROIFLOW_HOST_DEVICE bool in_use(int label) const {
    return label >= 0 && label < layer.classes;
  }

  /// The sums from .. from + pack - 1 of sixteen.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Floats<pack> dot(const T* vector, const float* weights,
                                                     int from) const {
    Floats<pack> partial{};
    for (int i = from; i < layer.channels; i += sums) {
      const Floats<pack> a = load_pack<pack>(vector + i), b = load_pack<pack>(weights + i);
      for (int k = 0; k < pack; ++k) partial.values[k] += a.values[k] * b.values[k];
    }
    return partial;
  }

  static ROIFLOW_HOST_DEVICE float probability(float* partial, float bias) {
    for (int width = sums / 2; width > 0; width /= 2) {
      for (int k = 0; k < width; ++k) partial[k] += partial[k + width];
    }
    const float logit = partial[0] + bias;
    return 1.0F / (1.0F + std::exp(-logit));
  }

  /// Where a pixel in the order of the hidden layer, corner after corner of a block, lies.
  [[nodiscard]] ROIFLOW_HOST_DEVICE int place(int pixel) const {
    const int side = layer.side, corners = side * side;
    const int corner = pixel % corners, block = pixel / corners;
    const int x = block % layer.width;
    const int y = block / layer.width;  // of all rows one below the other
    return (y * side + corner / side) * (side * layer.width) + x * side + corner % side;
  }
};

/// All rows, by packs where channels and addresses allow it.
template <class T, class Run>
void predict_masks(const Run& run, float* out, const T* hidden, const int* labels, int rows,
                   const MaskPredictorLayer& layer) {
  const auto launch = [&](const auto& kernel) { run.blocks(kernel, kernel.blocks()); };
  if (fits_packs(hidden, layer.channels) && fits_packs(layer.weights, layer.channels)) {
    launch(PredictMasks<T, pack_size>{layer, hidden, labels, rows, out});
  } else {
    launch(PredictMasks<T, 1>{layer, hidden, labels, rows, out});
  }
}

}  // namespace roiflow
