#include "stages/preprocess/preprocess_batch.hpp"

#include <algorithm>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/kernels/staging.hpp"
#include "stages/preprocess/resize_pillow.hpp"

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;

std::size_t size(int pixels) {
  return static_cast<std::size_t>(pixels);
}

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

void stage_taps(StagedImage& image, StagingBlock& block, const ResizePlan& plan) {
  image.rows = block.append(view(plan.rows));
  image.columns = block.append(view(plan.columns));
}

void stage_windows(StagedImage& image, StagingBlock& block) {
  const PillowAxis rows = pillow_axis(image.height, image.resized_height);
  const PillowAxis columns = pillow_axis(image.width, image.resized_width);
  image.rows = block.append(view(rows.windows));
  image.columns = block.append(view(columns.windows));
  image.row_weights = block.append(view(rows.weights));
  image.column_weights = block.append(view(columns.weights));
}

std::size_t narrowed_bytes(const ImageGeometry& g) {
  return staged_bytes(size(g.original_height) * size(g.resized_width) * channels);
}

}  // namespace

std::size_t BatchStager::batch_bytes(int images) {
  return staged_bytes(size(images) * sizeof(StagedImage)) +
         staged_bytes(sizeof(NormalisationTable));
}

std::size_t BatchStager::image_bytes(int height, int width) const {
  const ImageGeometry g = preprocess_.geometry(height, width);
  const auto axis = [&](int in_size, int out_size) {
    if (preprocess_.params().mode != PreprocessMode::pillow) {
      return staged_bytes(size(out_size) * sizeof(Tap));
    }
    const auto weights = static_cast<std::size_t>(most_pillow_weights(in_size, out_size));
    return staged_bytes(size(out_size) * sizeof(PillowWindow)) +
           staged_bytes(weights * sizeof(std::int32_t));
  };
  return staged_bytes(size(height) * size(width) * channels) + axis(height, g.resized_height) +
         axis(width, g.resized_width);
}

std::size_t BatchStager::scratch_bytes(int height, int width) const {
  if (preprocess_.params().mode != PreprocessMode::pillow) return 0;
  return narrowed_bytes(preprocess_.geometry(height, width));
}

PreprocessBatch BatchStager::stage(std::span<std::byte> memory,
                                   std::span<const Image* const> images) const {
  const PreprocessParams& params = preprocess_.params();
  StagingBlock block(memory);
  PreprocessBatch batch;
  batch.mode = params.mode;
  batch.images = static_cast<int>(images.size());
  std::ranges::copy(params.mean, batch.mean);
  std::ranges::copy(params.std, batch.std);
  batch.image_table = block.reserve<StagedImage>(images.size());
  batch.normalisation =
      block.append(std::span<const std::array<float, channels>>(preprocess_.normalised()));
  std::vector<StagedImage> staged;
  for (const Image* image : images) {
    const ImageGeometry g = preprocess_.checked_geometry(*image);
    if (staged.empty()) {
      batch.padded_height = g.padded_height;
      batch.padded_width = g.padded_width;
    }
    require(g.padded_height == batch.padded_height && g.padded_width == batch.padded_width,
            ErrorCode::internal,
            "preprocess: image {} of a batch becomes a network input of {} x {}, the first {} x {}",
            staged.size(), g.padded_width, g.padded_height, batch.padded_width,
            batch.padded_height);
    StagedImage& in = staged.emplace_back();
    in.first_row = batch.rows;
    in.height = g.original_height;
    in.width = g.original_width;
    in.resized_height = g.resized_height;
    in.resized_width = g.resized_width;
    in.pixels = block.append(view(image->rgb));
    batch.rows += g.original_height;
    if (params.mode == PreprocessMode::pillow) {
      stage_windows(in, block);
      in.narrowed = static_cast<std::int64_t>(batch.scratch_bytes);
      batch.scratch_bytes += narrowed_bytes(g);
    } else {
      stage_taps(in, block, preprocess_.plan(g));
    }
  }
  block.write(batch.image_table, view(staged));
  batch.bytes = block.size();
  return batch;
}

}  // namespace roiflow
