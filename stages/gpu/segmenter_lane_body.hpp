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
      input_(setup_->preprocess, *device_),
      tables_(*device_),
      labels_(*device_) {}

template <class T>
void SegmenterLane<T>::submit(std::span<const BatchImage> images) {
  require(!images.empty() && std::ssize(images) <= setup_->batch, ErrorCode::internal,
          "a batch of {} images for a lane of {}", images.size(), setup_->batch);
  device_->stage("upload");
  input_.stage(images);
  input_.block().upload(input_.bytes());
  input_.run(*network_, setup_->batch, "network");
  make_maps();
  device_->stage("");
  device_->mark();
}

template <class T>
void SegmenterLane<T>::make_maps() {
  const DeviceTensor<T> scores = network_->output(0);
  const auto height = static_cast<int>(scores.shape[1]), width = static_cast<int>(scores.shape[2]);
  std::vector<LabelMapTaps> taps;
  std::size_t bytes = label_map_batch_bytes(static_cast<int>(input_.geometry().size()),
                                            static_cast<int>(setup_->values.size()));
  for (const ImageGeometry& image : input_.geometry()) {
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
  for (const ImageGeometry& image : input_.geometry()) {
    const std::size_t pixels = static_cast<std::size_t>(image.original_height) *
                               static_cast<std::size_t>(image.original_width);
    maps.push_back({image.original_height, image.original_width, {labels, labels + pixels}});
    labels += pixels;
  }
  return maps;
}

}  // namespace roiflow
