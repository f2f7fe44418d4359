/// A batch of images on its way to the kernels that preprocess it: pixels, tables and extents in
/// one block of (pinned) memory, which is copied to the device in one piece.
///
/// The images may differ in size, but their network inputs have the same. How much a block must
/// hold is known beforehand: batch_bytes(images) and image_bytes of every image.
///
/// Example: const BatchStager stager(preprocess);
///          const PreprocessBatch batch = stager.stage(pinned, images);
///          copy_to_device(stream, block, pinned.data(), batch.bytes);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/core/image.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

/// Offsets are in bytes from the beginning of the block (kernels/staged.hpp).
struct StagedImage {
  std::int64_t pixels = 0;       ///< [height, width, 3] RGB
  std::int64_t rows = 0;         ///< [resized height] Tap, of mode pillow PillowWindow
  std::int64_t columns = 0;      ///< [resized width] the same
  std::int64_t row_weights = 0;  ///< mode pillow
  std::int64_t column_weights = 0;
  std::int64_t narrowed = 0;  ///< mode pillow: [height, resized width, 3] in the scratch memory
  int first_row = 0;          ///< rows of all images before
  int height = 0, width = 0;
  int resized_height = 0, resized_width = 0;
};

/// What the kernels are told besides the block.
struct PreprocessBatch {
  PreprocessMode mode = PreprocessMode::torchvision;
  int images = 0;
  int rows = 0;  ///< of all images
  int padded_height = 0, padded_width = 0;
  float mean[3] = {}, std[3] = {};
  std::int64_t image_table = 0;    ///< [images] StagedImage
  std::int64_t normalisation = 0;  ///< [256, 3] float32
  std::size_t bytes = 0;           ///< of the block that are in use
  std::size_t scratch_bytes = 0;   ///< of scratch memory on the device that are needed
};

class BatchStager {
 public:
  explicit BatchStager(const Preprocess& preprocess) : preprocess_(preprocess) {}

  /// Bytes of a block for what a batch needs whatever its images are.
  [[nodiscard]] static std::size_t batch_bytes(int images);
  /// Bytes of a block for an image of that size, never too few.
  [[nodiscard]] std::size_t image_bytes(int height, int width) const;
  /// Bytes of scratch memory on the device for it; 0 in all modes but pillow.
  [[nodiscard]] std::size_t scratch_bytes(int height, int width) const;

  /// Fills the block, aligned to 16 bytes. Throws Error{bad_data} as Preprocess, Error{internal} if
  /// the block is too small or the network inputs differ in size.
  [[nodiscard]] PreprocessBatch stage(std::span<std::byte> block,
                                      std::span<const Image* const> images) const;

 private:
  Preprocess preprocess_;
};

}  // namespace roiflow
