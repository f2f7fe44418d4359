/// The bodies of SegmenterLane; included where it is instantiated.
#pragma once

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/gpu/segmenter_lane.hpp"
#include "stages/segmenter/enlargement.hpp"

namespace roiflow {

template <class T>
SegmenterLane<T>::SegmenterLane(std::shared_ptr<const SegmenterLaneSetup> setup,
                                std::unique_ptr<LaneDevice<T>> device,
                                std::unique_ptr<LaneNetwork<T>> network)
    : setup_(std::move(setup)),
      device_(std::move(device)),
      network_(std::move(network)),
      stager_(setup_->preprocess),
      input_(*device_),
      tables_(*device_),
      labels_(*device_),
      scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }) {}

template <class T>
void SegmenterLane<T>::submit(std::span<const BatchImage> images) {
  require(!images.empty() && std::ssize(images) <= setup_->batch, ErrorCode::internal,
          "a batch of {} images for a lane of {}", images.size(), setup_->batch);
  device_->stage("upload");
  run_network(stage_images(images));
  make_maps();
  device_->stage("");
  device_->mark();
}

template <class T>
std::vector<StageTime> SegmenterLane<T>::profile(std::span<const BatchImage> images) {
  submit(images);  // plans are made, memory has grown
  finish();
  device_->time_stages();
  submit(images);
  finish();
  return device_->stage_times();
}

template <class T>
PreprocessBatch SegmenterLane<T>::stage_images(std::span<const BatchImage> images) {
  geometry_.clear();
  std::vector<const Image*> pixels;
  std::size_t bytes = BatchStager::batch_bytes(static_cast<int>(images.size()));
  for (const BatchImage& image : images) {
    pixels.push_back(image.image.get());
    geometry_.push_back(setup_->preprocess.checked_geometry(*image.image));
    bytes += stager_.image_bytes(image.image->height, image.image->width);
  }
  input_.at_least(bytes);
  const PreprocessBatch staged = stager_.stage(input_.host(), pixels);
  input_.upload(staged.bytes);
  return staged;
}

template <class T>
void SegmenterLane<T>::run_network(const PreprocessBatch& staged) {
  const ImageGeometry& first = geometry_.front();
  const Shape<4> shape{setup_->batch, first.padded_height, first.padded_width, 3};
  network_->prepare(std::span(&shape, 1));
  const DeviceTensor<T> image = network_->input(0);
  std::byte* scratch = scratch_.at_least(std::max<std::size_t>(staged.scratch_bytes, 1));
  device_->stage("preprocess");
  device_->preprocess(image.data, static_cast<int>(image.stride), staged, input_.on_device(),
                      reinterpret_cast<std::uint8_t*>(scratch));
  device_->stage("network");
  network_->run();
}

template <class T>
void SegmenterLane<T>::make_maps() {
  const DeviceTensor<T> scores = network_->output(0);
  const auto height = static_cast<int>(scores.shape[1]), width = static_cast<int>(scores.shape[2]);
  std::vector<LabelMapTaps> taps;
  std::size_t bytes = label_map_batch_bytes(static_cast<int>(geometry_.size()),
                                            static_cast<int>(setup_->values.size()));
  for (const ImageGeometry& image : geometry_) {
    const Shape<3> map{scores.shape[1], scores.shape[2], scores.shape[3]};
    Enlargement e = enlargement(setup_->upsampling, map, image);
    taps.push_back({std::move(e.rows), std::move(e.columns)});
    bytes += label_map_image_bytes(image.original_height, image.original_width);
  }
  tables_.at_least(bytes);
  const LabelMapBatch batch = stage_label_maps(tables_.host(), taps, setup_->values, height, width);
  tables_.upload(batch.bytes);
  labels_.at_least(batch.labels);
  device_->stage("label_map");
  device_->label_maps(reinterpret_cast<std::uint8_t*>(labels_.on_device()),
                      {scores.data, height, width, static_cast<int>(scores.stride)}, batch,
                      tables_.on_device());
  device_->stage("download");
  labels_.download(batch.labels);
}

template <class T>
std::vector<LabelMap> SegmenterLane<T>::finish() {
  device_->wait();
  const auto* labels = reinterpret_cast<const std::uint8_t*>(labels_.on_host());
  std::vector<LabelMap> maps;
  for (const ImageGeometry& image : geometry_) {
    const std::size_t pixels = static_cast<std::size_t>(image.original_height) *
                               static_cast<std::size_t>(image.original_width);
    maps.push_back({image.original_height, image.original_width, {labels, labels + pixels}});
    labels += pixels;
  }
  return maps;
}

}  // namespace roiflow
