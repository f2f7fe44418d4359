/// The bodies of MaskLane; included where it is instantiated.
#pragma once

#include <algorithm>
#include <cstring>

#include "stages/core/error.hpp"
#include "stages/detector/described_params.hpp"
#include "stages/gpu/lane_pool.hpp"
#include "stages/gpu/mask_lane.hpp"
#include "stages/kernels/host_run.hpp"
#include "stages/kernels/staging.hpp"

namespace roiflow {

/// Masks of so many detections go through the mask head at once, always.
inline constexpr int masks_at_a_time = 128;

template <class T>
MaskLane<T>::MaskLane(const DetectorLaneSetup& setup, LaneDevice<T>& device, LaneNetwork<T>& hidden)
    : pool_(mask_pool_params(setup.description)),
      description_(setup.description.mask),
      device_(device),
      hidden_(hidden),
      weights_(device),
      rows_(device),
      words_(device),
      probabilities_([&device](std::size_t bytes) { return device.device_memory(bytes); }) {
  upload_predictor(setup);
}

template <class T>
void MaskLane<T>::upload_predictor(const DetectorLaneSetup& setup) {
  weights_.at_least(staged_bytes(setup.mask_weights.size() * sizeof(float)) +
                    staged_bytes(setup.mask_bias.size() * sizeof(float)));
  StagingBlock block(weights_.host());
  const auto place = [&](const std::vector<float>& values) {
    const std::int64_t offset = block.append(std::span(values));
    return reinterpret_cast<const float*>(weights_.on_device() + offset);
  };
  predictor_.weights = place(setup.mask_weights);
  predictor_.bias = place(setup.mask_bias);
  predictor_.classes = static_cast<int>(setup.mask_bias.size());
  predictor_.channels = static_cast<int>(setup.mask_weights.size()) / predictor_.classes;
  weights_.upload(block.size());
  device_.mark();
  device_.wait();
}

template <class T>
void MaskLane<T>::add_masks(std::vector<DeviceDetections>& found, const LaneNetwork<T>& trunk) {
  const MaskRows rows = rows_of(found);
  if (rows.boxes.empty()) return;
  const UploadedRows uploaded = upload(rows);
  predict(uploaded, static_cast<int>(rows.boxes.size()), trunk, found.front().geometry);
  paste(found, rows, uploaded);
}

template <class T>
auto MaskLane<T>::rows_of(std::span<const DeviceDetections> found) -> MaskRows {
  MaskRows rows;
  for (const DeviceDetections& image : found) {
    const auto number = static_cast<int>(rows.sizes.size());
    rows.sizes.push_back({image.geometry.original_height, image.geometry.original_width});
    for (const ScoredBox& box : image.boxes) {
      rows.boxes.push_back(box.box);
      rows.original_boxes.push_back(to_original(box.box, image.geometry));
      rows.images.push_back(number);
      rows.labels.push_back(box.label);
    }
  }
  return rows;
}

template <class T>
auto MaskLane<T>::upload(const MaskRows& rows) -> UploadedRows {
  const std::size_t count = rows.boxes.size();
  rows_.at_least(2 * staged_bytes(count * sizeof(Box)) + 2 * staged_bytes(count * sizeof(int)) +
                 staged_bytes(rows.sizes.size() * sizeof(ImageSize)));
  StagingBlock block(rows_.host());
  const auto place = [&](const auto& values) {
    using Value = typename std::decay_t<decltype(values)>::value_type;
    const std::int64_t offset = block.append(std::span<const Value>(values));
    return reinterpret_cast<const Value*>(rows_.on_device() + offset);
  };
  const UploadedRows uploaded{.boxes = place(rows.boxes),
                              .original_boxes = place(rows.original_boxes),
                              .images = place(rows.images),
                              .labels = place(rows.labels),
                              .sizes = place(rows.sizes)};
  rows_.upload(block.size());
  return uploaded;
}

template <class T>
void MaskLane<T>::predict(const UploadedRows& rows, int count, const LaneNetwork<T>& trunk,
                          const ImageGeometry& geometry) {
  const Shape<4> shape{masks_at_a_time, pool_.bins, pool_.bins, trunk.output(0).shape[3]};
  hidden_.prepare(std::span(&shape, 1));
  const DeviceTensor<T> hidden = hidden_.output(0);
  predictor_.height = static_cast<int>(hidden.shape[1]);
  predictor_.width = static_cast<int>(hidden.shape[2]);
  predictor_.side = hidden.shape[3] == predictor_.channels ? 1 : 2;
  predictor_.stride = static_cast<int>(hidden.stride);
  const std::int64_t pixels = std::int64_t{side()} * predictor_.side * predictor_.width;
  auto* probabilities = reinterpret_cast<float*>(
      probabilities_.at_least(static_cast<std::size_t>(count * pixels) * sizeof(float)));
  for (int first = 0; first < count; first += masks_at_a_time) {
    const int part = std::min(masks_at_a_time, count - first);
    device_.stage("mask pooling");
    pool(device_, hidden_.input(0), trunk, geometry, pool_,
         {rows.boxes + first, rows.images + first, part});
    device_.stage("mask_head");
    hidden_.run();
    device_.predict_masks(probabilities + first * pixels, hidden.data, rows.labels + first, part,
                          predictor_);
  }
}

template <class T>
void MaskLane<T>::paste(std::vector<DeviceDetections>& found, const MaskRows& rows,
                        const UploadedRows& uploaded) {
  const PasteConvention convention = paste_convention(description_.paste);
  const auto count = static_cast<int>(rows.boxes.size());
  MasksToPaste masks{.side = side(),
                     .boxes = rows.original_boxes.data(),
                     .images = rows.images.data(),
                     .sizes = rows.sizes.data(),
                     .convention = convention,
                     .threshold = strict_threshold(description_.threshold, convention)};
  // The host knows the boxes: it lays out the words, and no more of them travel than there are.
  std::vector<MaskPart> parts(rows.boxes.size());
  std::vector<std::int64_t> offsets(rows.boxes.size() + 1);
  lay_out_masks(HostRun(), parts.data(), offsets.data(), masks, count);
  const std::size_t offset_bytes = staged_bytes(offsets.size() * sizeof(std::int64_t));
  const auto word_count = static_cast<std::size_t>(offsets.back());
  words_.at_least(offset_bytes + std::max<std::size_t>(word_count, 1) * sizeof(std::uint32_t));
  std::memcpy(words_.on_host(), offsets.data(), offsets.size() * sizeof(std::int64_t));
  words_.upload(offset_bytes);
  masks.probabilities = reinterpret_cast<const float*>(probabilities_.get());
  masks.boxes = uploaded.original_boxes;
  masks.images = uploaded.images;
  masks.sizes = uploaded.sizes;
  device_.stage("paste");
  device_.paste_words(reinterpret_cast<std::uint32_t*>(words_.on_device() + offset_bytes),
                      offsets.back(), reinterpret_cast<const std::int64_t*>(words_.on_device()),
                      masks, count);
  device_.stage("download");
  words_.download(offset_bytes + word_count * sizeof(std::uint32_t));
  device_.stage("");
  device_.mark();
  device_.wait();
  const auto* words = reinterpret_cast<const std::uint32_t*>(words_.on_host() + offset_bytes);
  for (std::size_t row = 0; row < parts.size(); ++row) {
    found[static_cast<std::size_t>(rows.images[row])].masks.push_back(
        {parts[row], {words + offsets[row], words + offsets[row + 1]}});
  }
}

}  // namespace roiflow
