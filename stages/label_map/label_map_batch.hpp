/// The tables of a batch of label maps on their way to the kernel that makes them, in one block of
/// (pinned) memory: the taps of every image and what the map says for each class.
///
/// Example: const LabelMapBatch batch = stage_label_maps(pinned, images, values, 17, 21);
///          copy_to_device(stream, block, pinned.data(), batch.bytes);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/label_map/score_taps.hpp"

namespace roiflow {

/// Where the pixels of an image lie on the scores (score_taps.hpp).
struct LabelMapTaps {
  std::vector<Tap> rows, columns;
};

/// Offsets into the block are in bytes (kernels/staged.hpp).
struct StagedLabelMap {
  std::int64_t rows = 0, columns = 0;  ///< [height], [width] Tap
  std::int64_t labels = 0;             ///< of its first pixel in the maps of the batch
  int first_row = 0;                   ///< rows of all images before
  int height = 0, width = 0;
};

struct LabelMapBatch {
  int images = 0;
  int rows = 0;  ///< of all images
  int classes = 0;
  std::int64_t image_table = 0;  ///< [images] StagedLabelMap
  std::int64_t values = 0;       ///< [classes] bytes
  std::size_t bytes = 0;         ///< of the block that are in use
  std::size_t labels = 0;        ///< pixels of all maps
};

/// Bytes of a block for what a batch needs whatever its images are.
[[nodiscard]] std::size_t label_map_batch_bytes(int images, int classes);
/// Bytes of a block for an image of that size.
[[nodiscard]] std::size_t label_map_image_bytes(int height, int width);

/// Fills the block, aligned to 16 bytes; the maps lie one behind the other, [height, width] each,
/// in the order of the images. Throws Error{internal} if the block is too small or a tap points
/// outside `score_height` x `score_width`.
[[nodiscard]] LabelMapBatch stage_label_maps(std::span<std::byte> block,
                                             std::span<const LabelMapTaps> images,
                                             std::span<const std::uint8_t> values, int score_height,
                                             int score_width);

}  // namespace roiflow
