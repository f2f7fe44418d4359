/// Label maps as a kernel (kernels/host_block.hpp): label_map.hpp for a batch of images; with
/// T = float equal to the CPU, label for label.
///
///   scores   [images, height, width, stride] of T, the first `classes` of every stride count
///   block    what stage_label_maps filled
///   out      [batch.labels] bytes: the maps of all images at their own sizes
///
/// Example: run_blocks(MakeLabelMaps<float, 8>{batch, block, scores, out}, batch.rows);
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "stages/kernels/pack.hpp"
#include "stages/kernels/staged.hpp"
#include "stages/label_map/label_map_batch.hpp"

namespace roiflow {

template <class T>
struct BatchScores {
  const T* data = nullptr;
  int height = 0, width = 0, stride = 0;
};

/// A block makes one row of pixels of a map; classes are read by `pack`.
template <class T, int pack>
struct MakeLabelMaps {
  static constexpr int threads = 256;
  struct Shared {};
  LabelMapBatch batch;
  const std::byte* block = nullptr;
  BatchScores<T> scores;
  std::uint8_t* out = nullptr;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& threads_of_row, Shared&, int row) const {
    const StagedLabelMap* maps = staged<StagedLabelMap>(block, batch.image_table);
    int image = 0;
    while (image + 1 < batch.images && maps[image + 1].first_row <= row) ++image;
    const StagedLabelMap& map = maps[image];
    const int y = row - map.first_row;
    const Tap tap = staged<Tap>(block, map.rows)[y];
    const Tap* columns = staged<Tap>(block, map.columns);
    const std::uint8_t* values = staged<std::uint8_t>(block, batch.values);
    const std::int64_t score_row = static_cast<std::int64_t>(scores.width) * scores.stride;
    const T* of_image = scores.data + image * score_row * scores.height;
    const T* up = of_image + tap.first * score_row;
    const T* down = of_image + tap.second * score_row;
    std::uint8_t* out_row = out + map.labels + static_cast<std::int64_t>(y) * map.width;
    threads_of_row.each(map.width,
                        [&](int x) { out_row[x] = values[best(up, down, tap, columns[x])]; });
  }

 private:
  /// The class with the highest score between four scores.
  [[nodiscard]] ROIFLOW_HOST_DEVICE int best(const T* up, const T* down, const Tap& row,
                                             const Tap& column) const {
    const std::int64_t left = static_cast<std::int64_t>(column.first) * scores.stride;
    const std::int64_t right = static_cast<std::int64_t>(column.second) * scores.stride;
    float highest = -std::numeric_limits<float>::infinity();
    int chosen = 0;
    for (int first = 0; first < batch.classes; first += pack) {
      const Floats<pack> up_left = load_pack<pack>(up + left + first);
      const Floats<pack> down_left = load_pack<pack>(down + left + first);
      const Floats<pack> up_right = load_pack<pack>(up + right + first);
      const Floats<pack> down_right = load_pack<pack>(down + right + first);
      for (int k = 0; k < pack; ++k) {
        const float score = mix(column, mix(row, up_left.values[k], down_left.values[k]),
                                mix(row, up_right.values[k], down_right.values[k]));
        const bool better = first + k < batch.classes && score > highest;
        highest = better ? score : highest;
        chosen = better ? first + k : chosen;
      }
    }
    return chosen;
  }
};

/// All maps, by packs where the stride and the address allow it.
template <class T, class Run>
void make_label_maps(const Run& run, std::uint8_t* out, const BatchScores<T>& scores,
                     const LabelMapBatch& batch, const std::byte* block) {
  if (fits_packs(scores.data, scores.stride)) {
    run.blocks(MakeLabelMaps<T, pack_size>{batch, block, scores, out}, batch.rows);
  } else {
    run.blocks(MakeLabelMaps<T, 1>{batch, block, scores, out}, batch.rows);
  }
}

}  // namespace roiflow
