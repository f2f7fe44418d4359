/// The images of a batch on their way into a lane's first network: copied to pinned memory,
/// uploaded in one piece, preprocessed on the device. What other tables a lane needs may follow the
/// pixels in the same block.
///
/// Errors: Error{bad_data} for an image that cannot be the network's input, Error{device}.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "stages/gpu/batch_engine.hpp"
#include "stages/gpu/lane_memory.hpp"
#include "stages/preprocess/preprocess_batch.hpp"

namespace roiflow {

template <class T>
class LaneInput {
 public:
  LaneInput(const Preprocess& preprocess, LaneDevice<T>& device)
      : preprocess_(preprocess),
        stager_(preprocess),
        device_(device),
        block_(device),
        scratch_([&device](std::size_t bytes) { return device.device_memory(bytes); }) {}

  /// Fills the block; at least `more` bytes are left behind what it takes.
  void stage(std::span<const BatchImage> images, std::size_t more = 0) {
    geometry_.clear();
    std::vector<const Image*> pixels;
    std::size_t bytes = BatchStager::batch_bytes(static_cast<int>(images.size()));
    for (const BatchImage& image : images) {
      pixels.push_back(image.image.get());
      geometry_.push_back(preprocess_.checked_geometry(*image.image));
      bytes += stager_.image_bytes(image.image->height, image.image->width);
    }
    block_.at_least(bytes + more);
    staged_ = stager_.stage(block_.host(), pixels);
  }

  /// Of the batch under way; never empty then.
  [[nodiscard]] const std::vector<ImageGeometry>& geometry() const { return geometry_; }
  [[nodiscard]] const MirroredBlock<T>& block() const { return block_; }
  /// Bytes of the block that stage() filled.
  [[nodiscard]] std::size_t bytes() const { return staged_.bytes; }

  /// Enqueues preprocessing and the network for `batch` images, whatever the batch holds. The block
  /// was uploaded. `name`: of the network's stage.
  void run(LaneNetwork<T>& network, int batch, const char* name) {
    const ImageGeometry& first = geometry_.front();
    const Shape<4> shape{batch, first.padded_height, first.padded_width, 3};
    network.prepare(std::span(&shape, 1));
    const DeviceTensor<T> image = network.input(0);
    std::byte* scratch = scratch_.at_least(std::max<std::size_t>(staged_.scratch_bytes, 1));
    device_.stage("preprocess");
    device_.preprocess(image.data, static_cast<int>(image.stride), staged_, block_.on_device(),
                       reinterpret_cast<std::uint8_t*>(scratch));
    device_.stage(name);
    network.run();
  }

 private:
  Preprocess preprocess_;
  BatchStager stager_;
  LaneDevice<T>& device_;
  MirroredBlock<T> block_;
  LaneBlock scratch_;
  PreprocessBatch staged_;
  std::vector<ImageGeometry> geometry_;
};

}  // namespace roiflow
