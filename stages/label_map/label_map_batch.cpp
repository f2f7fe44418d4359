#include "stages/label_map/label_map_batch.hpp"

#include "stages/core/error.hpp"
#include "stages/kernels/staging.hpp"
#include "stages/label_map/mix_scores.hpp"

namespace roiflow {

std::size_t label_map_batch_bytes(int images, int classes) {
  return staged_bytes(static_cast<std::size_t>(images) * sizeof(StagedLabelMap)) +
         staged_bytes(static_cast<std::size_t>(classes));
}

std::size_t label_map_image_bytes(int height, int width) {
  return staged_bytes(static_cast<std::size_t>(height) * sizeof(Tap)) +
         staged_bytes(static_cast<std::size_t>(width) * sizeof(Tap));
}

LabelMapBatch stage_label_maps(std::span<std::byte> memory, std::span<const LabelMapTaps> images,
                               std::span<const std::uint8_t> values, int score_height,
                               int score_width) {
  StagingBlock block(memory);
  LabelMapBatch batch;
  batch.images = static_cast<int>(images.size());
  batch.classes = static_cast<int>(values.size());
  batch.image_table = block.reserve<StagedLabelMap>(images.size());
  batch.values = block.append(values);
  std::vector<StagedLabelMap> staged;
  for (const LabelMapTaps& taps : images) {
    require(taps_inside(taps.rows, score_height) && taps_inside(taps.columns, score_width),
            ErrorCode::internal, "label map: a tap of image {} points outside {} x {} scores",
            staged.size(), score_height, score_width);
    StagedLabelMap& map = staged.emplace_back();
    map.rows = block.append(std::span<const Tap>(taps.rows));
    map.columns = block.append(std::span<const Tap>(taps.columns));
    map.labels = static_cast<std::int64_t>(batch.labels);
    map.first_row = batch.rows;
    map.height = static_cast<int>(taps.rows.size());
    map.width = static_cast<int>(taps.columns.size());
    batch.rows += map.height;
    batch.labels += taps.rows.size() * taps.columns.size();
  }
  block.write(batch.image_table, std::span<const StagedLabelMap>(staged));
  batch.bytes = block.size();
  return batch;
}

}  // namespace roiflow
