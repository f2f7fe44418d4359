/// Paste masks as kernels (kernels/host_block.hpp): paste_masks.hpp for a batch of detections, with
/// the bits of each mask's part as the result; to_rle of them equals paste_mask, run for run.
///
///   probabilities  [rows, M, M] float32
///   boxes          [rows] in pixels of the original image
///   images         [rows] index of the row's image; -1: the row is not in use
///   sizes          [images] of the original images
///   parts          [rows]
///   offsets        [rows + 1] of the first word of each row; the last is the number of all words
///   words          the parts' words one after the other; a row whose words would reach beyond
///                  `capacity` is left out (its part and offset tell)
///
/// LayOutMasks makes parts and offsets: on the device, or on the host by run_blocks if the host
/// knows the boxes already. PasteWords makes the words, which it only writes: they may be in pinned
/// memory of the host, and then no more crosses the bus than is needed.
///
/// Example: run_blocks(LayOutMasks{in, rows, parts, offsets}, 1);
///          run_blocks(PasteWords{in, offsets, capacity, words}, rows * PasteWords::slices);
#pragma once

#include <cstdint>

#include "stages/core/box.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/paste_masks/box_mask.hpp"
#include "stages/paste_masks/paste_axis.hpp"

namespace roiflow {

struct ImageSize {
  int height = 0, width = 0;  ///< pixels
};

/// What is pasted, and how.
struct MasksToPaste {
  const float* probabilities = nullptr;
  int side = 28;  ///< M
  const Box* boxes = nullptr;
  const int* images = nullptr;
  const ImageSize* sizes = nullptr;
  PasteConvention convention = PasteConvention::torchvision;
  float threshold = 0.5F;  ///< of strict_threshold()

  struct Axes {
    PasteAxis x, y;
  };
  /// Of a row in use.
  [[nodiscard]] ROIFLOW_HOST_DEVICE Axes axes(int row) const {
    const Box box = boxes[row];
    const ImageSize size = sizes[images[row]];
    return {paste_axis(side + 2, box.x0, box.x1, size.width, convention),
            paste_axis(side + 2, box.y0, box.y1, size.height, convention)};
  }

  /// A cell of the bordered mask.
  [[nodiscard]] ROIFLOW_HOST_DEVICE float cell(int row, int x, int y) const {
    if (x == 0 || y == 0 || x > side || y > side) return 0.0F;
    const float* mask = probabilities + static_cast<std::int64_t>(row) * side * side;
    return mask[(y - 1) * side + x - 1];
  }
  /// Cell y of the column of pixels that lies at `tap`.
  [[nodiscard]] ROIFLOW_HOST_DEVICE float mixed(int row, const PixelTap& tap, int y) const {
    return cell(row, tap.low, y) * tap.low_weight + cell(row, tap.high, y) * tap.high_weight;
  }
};

/// One block: every thread adds up a stretch of rows, one thread the stretches.
struct LayOutMasks {
  static constexpr int threads = 256;
  struct Shared {
    std::int64_t first_word[threads];
  };
  MasksToPaste masks;
  int rows = 0;
  MaskPart* parts = nullptr;
  std::int64_t* offsets = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int) const {
    const int stretch = (rows + threads - 1) / threads;
    block.each(rows, [&](int row) {
      MaskPart part;
      if (masks.images[row] >= 0) {
        const MasksToPaste::Axes axes = masks.axes(row);
        part = part_of(axes.x, axes.y);
      }
      parts[row] = part;
    });
    const auto each_of = [&](int thread, const auto& use) {
      for (int row = thread * stretch; row < rows && row < (thread + 1) * stretch; ++row) use(row);
    };
    block.each(threads, [&](int thread) {
      std::int64_t words = 0;
      each_of(thread, [&](int row) { words += parts[row].words(); });
      shared.first_word[thread] = words;
    });
    block.each(1, [&](int) {
      std::int64_t before = 0;
      for (std::int64_t& first : shared.first_word) {
        const std::int64_t words = first;
        first = before;
        before += words;
      }
      offsets[rows] = before;
    });
    block.each(threads, [&](int thread) {
      std::int64_t before = shared.first_word[thread];
      each_of(thread, [&](int row) {
        offsets[row] = before;
        before += parts[row].words();
      });
    });
  }
};

/// `slices` blocks a row; a word is 32 pixels of a column.
struct PasteWords {
  static constexpr int threads = 128;
  static constexpr int slices = 8;
  using Shared = MasksToPaste::Axes;
  MasksToPaste masks;
  const std::int64_t* offsets = nullptr;
  std::int64_t capacity = 0;
  std::uint32_t* words = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const int row = index / slices;
    if (masks.images[row] < 0) return;
    const std::int64_t offset = offsets[row];
    block.each(1, [&](int) { shared = masks.axes(row); });
    const MaskPart part = part_of(shared.x, shared.y);
    const int per_column = part.words_per_column();
    if (offset + part.words() > capacity) return;
    const int slice = (part.words() + slices - 1) / slices;
    const int first = index % slices * slice;
    block.each(std::min(slice, part.words() - first), [&](int i) {
      const int word = first + i;
      words[offset + word] = pixels(row, shared, word / per_column, 32 * (word % per_column));
    });
  }

 private:
  /// 32 pixels of a column of the part. Neighbours mostly mix the same two cells.
  [[nodiscard]] ROIFLOW_HOST_DEVICE std::uint32_t pixels(int row, const Shared& axes, int column,
                                                         int first) const {
    const PixelTap x = axes.x.tap(axes.x.first + column);
    const int count = std::min(32, axes.y.count - first);
    float low = 0, high = 0;
    int known = -1;
    std::uint32_t bits = 0;
    for (int i = 0; i < count; ++i) {
      const PixelTap y = axes.y.tap(axes.y.first + first + i);
      if (y.low != known) {
        low = masks.mixed(row, x, y.low);
        high = masks.mixed(row, x, y.high);
        known = y.low;
      }
      if (low * y.low_weight + high * y.high_weight > masks.threshold) bits |= 1U << i;
    }
    return bits;
  }
};

/// Parts and words' offsets of all rows.
template <class Run>
void lay_out_masks(const Run& run, MaskPart* parts, std::int64_t* offsets,
                   const MasksToPaste& masks, int rows) {
  run.blocks(LayOutMasks{masks, rows, parts, offsets}, 1);
}

/// The words of all rows whose parts are laid out.
template <class Run>
void paste_words(const Run& run, std::uint32_t* words, std::int64_t capacity,
                 const std::int64_t* offsets, const MasksToPaste& masks, int rows) {
  run.blocks(PasteWords{masks, offsets, capacity, words}, rows * PasteWords::slices);
}

}  // namespace roiflow
