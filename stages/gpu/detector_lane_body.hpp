/// The bodies of DetectorLane; included where it is instantiated.
#pragma once

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/gpu/detector_lane.hpp"
#include "stages/gpu/lane_pool.hpp"
#include "stages/gpu/mask_lane_body.hpp"
#include "stages/kernels/scratch_layout.hpp"
#include "stages/kernels/staging.hpp"

namespace roiflow {

template <class T>
DetectorLane<T>::DetectorLane(std::shared_ptr<const DetectorLaneSetup> setup,
                              std::unique_ptr<LaneDevice<T>> device,
                              DetectorLaneNetworks<T> networks)
    : setup_(std::move(setup)),
      device_(std::move(device)),
      networks_(std::move(networks)),
      input_(setup_->preprocess, *device_),
      constants_(*device_),
      found_(*device_),
      proposal_scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      result_scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      regions_([this](std::size_t bytes) { return device_->device_memory(bytes); }) {
  if (networks_.mask_hidden) masks_.emplace(*setup_, *device_, *networks_.mask_hidden);
  if (setup_->description.has_rpn()) anchors_.emplace(anchor_params(setup_->description));
  const auto images = static_cast<std::size_t>(setup_->batch);
  const auto detections = static_cast<std::size_t>(setup_->description.box.detections_per_image);
  found_.at_least(images * (detections * sizeof(ScoredBox) + sizeof(int)));
  const auto regions = images * static_cast<std::size_t>(setup_->regions_per_image());
  regions_.at_least(staged_bytes(regions * sizeof(Box)) + staged_bytes(images * sizeof(int)) +
                    regions * sizeof(int));
  upload_constants();
}

template <class T>
void DetectorLane<T>::upload_constants() {
  std::size_t bytes = 0;
  const std::size_t levels = anchors_ ? anchors_->levels() : 0;
  for (std::size_t i = 0; i < levels; ++i) bytes += staged_bytes(anchors_->cell(i).size_bytes());
  constants_.at_least(std::max<std::size_t>(bytes, 1));
  StagingBlock block(constants_.host());
  for (std::size_t i = 0; i < levels; ++i) {
    cell_offsets_.push_back(static_cast<std::size_t>(block.append(anchors_->cell(i))));
  }
  constants_.upload(block.size());
  device_->mark();
  device_->wait();
}

template <class T>
void DetectorLane<T>::submit(std::span<const BatchImage> images) {
  require(!images.empty() && std::ssize(images) <= setup_->batch, ErrorCode::internal,
          "a batch of {} images for a lane of {}", images.size(), setup_->batch);
  device_->stage("upload");
  stage(images);
  input_.run(*networks_.trunk, setup_->batch, "backbone");
  device_->stage("proposals");
  if (anchors_) propose();
  run_box_head();
  device_->stage("detections");
  find_detections();
  device_->stage("download");
  found_.download(found_.host().size());
  device_->stage("");
  device_->mark();
}

template <class T>
void DetectorLane<T>::stage(std::span<const BatchImage> images) {
  tables_ = {};
  const auto regions = static_cast<std::size_t>(setup_->batch * setup_->regions_per_image());
  const std::size_t geometry_bytes = images.size() * sizeof(ImageGeometry);
  const std::size_t region_bytes = anchors_ ? 0
                                            : staged_bytes(regions * sizeof(Box)) +
                                                  staged_bytes(regions * sizeof(int)) +
                                                  staged_bytes(images.size() * sizeof(int));
  input_.stage(images, staged_bytes(geometry_bytes) + region_bytes + 4 * staging_alignment);
  tables_.geometry_offset = staged_bytes(input_.bytes());
  std::memcpy(input_.block().on_host() + tables_.geometry_offset, input_.geometry().data(),
              geometry_bytes);
  tables_.bytes = tables_.geometry_offset + staged_bytes(geometry_bytes);
  if (!anchors_) stage_regions(images);
  input_.block().upload(tables_.bytes);
}

/// Fast R-CNN: the regions that came with the images, in the rows of the box head.
template <class T>
void DetectorLane<T>::stage_regions(std::span<const BatchImage> images) {
  const int per_image = setup_->regions_per_image();
  const auto rows = static_cast<std::size_t>(setup_->batch * per_image);
  tables_.boxes_offset = tables_.bytes;
  tables_.images_offset = tables_.boxes_offset + staged_bytes(rows * sizeof(Box));
  tables_.counts_offset = tables_.images_offset + staged_bytes(rows * sizeof(int));
  tables_.bytes = tables_.counts_offset + staged_bytes(images.size() * sizeof(int));
  auto* boxes = reinterpret_cast<Box*>(input_.block().on_host() + tables_.boxes_offset);
  auto* numbers = reinterpret_cast<int*>(input_.block().on_host() + tables_.images_offset);
  auto* counts = reinterpret_cast<int*>(input_.block().on_host() + tables_.counts_offset);
  std::fill_n(numbers, rows, -1);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& regions = images[i].regions;
    counts[i] = std::min(static_cast<int>(regions.size()), per_image);
    for (int k = 0; k < counts[i]; ++k) {
      const std::size_t row = i * static_cast<std::size_t>(per_image) + static_cast<std::size_t>(k);
      boxes[row] = to_resized(regions[static_cast<std::size_t>(k)], input_.geometry()[i]);
      numbers[row] = static_cast<int>(i);
    }
  }
}

/// The rows of the box head: made by the proposals' kernels, or uploaded.
template <class T>
ProposalRows DetectorLane<T>::region_rows() {
  if (!anchors_) {
    std::byte* block = input_.block().on_device();
    return {reinterpret_cast<Box*>(block + tables_.boxes_offset),
            reinterpret_cast<int*>(block + tables_.counts_offset),
            reinterpret_cast<int*>(block + tables_.images_offset)};
  }
  const auto images = static_cast<std::size_t>(setup_->batch);
  const std::size_t rows = images * static_cast<std::size_t>(setup_->regions_per_image());
  std::byte* counts = regions_.get() + staged_bytes(rows * sizeof(Box));
  return {reinterpret_cast<Box*>(regions_.get()), reinterpret_cast<int*>(counts),
          reinterpret_cast<int*>(counts + staged_bytes(images * sizeof(int)))};
}

template <class T>
void DetectorLane<T>::propose() {
  const auto levels = static_cast<std::size_t>(setup_->description.levels());
  RpnMaps<T> maps;
  std::vector<Shape<2>> grids;
  for (std::size_t i = 0; i < levels; ++i) {
    const DeviceTensor<T> objectness = networks_.trunk->output(levels + i);
    const DeviceTensor<T> deltas = networks_.trunk->output(2 * levels + i);
    maps.level[i] = {objectness.data, deltas.data, objectness.stride, deltas.stride};
    grids.push_back({objectness.shape[1], objectness.shape[2]});
  }
  const ImageGeometry& first = input_.geometry().front();
  ProposalWork work(*anchors_, proposal_params(setup_->description), grids,
                    {first.padded_height, first.padded_width});
  for (std::size_t i = 0; i < levels; ++i) {
    work.level[i].anchors.cell = {
        reinterpret_cast<const Box*>(constants_.on_device() + cell_offsets_[i]),
        anchors_->cell(i).size()};
  }
  ScratchLayout size;
  work.lay_out(size, setup_->batch);
  ScratchLayout arrays(proposal_scratch_.at_least(size.bytes()));
  work.lay_out(arrays, setup_->batch);
  work.geometry = geometry();
  work.out = region_rows();
  device_->propose(work, maps, images());
}

template <class T>
void DetectorLane<T>::run_box_head() {
  const RegionPoolParams params = box_pool_params(setup_->description);
  const std::int64_t per_image = setup_->regions_per_image();
  const std::int64_t channels = networks_.trunk->output(0).shape[3];
  const Shape<4> shape{setup_->batch * per_image, params.bins, params.bins, channels};
  networks_.box_head->prepare(std::span(&shape, 1));
  const ProposalRows regions = region_rows();
  device_->stage("box pooling");
  pool(*device_, networks_.box_head->input(0), *networks_.trunk, input_.geometry().front(), params,
       {regions.boxes, regions.images, static_cast<int>(images() * per_image)});
  device_->stage("box_head");
  networks_.box_head->run();
}

template <class T>
void DetectorLane<T>::find_detections() {
  const ModelDescription& d = setup_->description;
  BoxResultWork work(box_result_params(d), d.classes, setup_->regions_per_image());
  ScratchLayout size;
  work.lay_out(size, setup_->batch);
  ScratchLayout arrays(result_scratch_.at_least(size.bytes()));
  work.lay_out(arrays, setup_->batch);
  const ProposalRows regions = region_rows();
  work.regions = {regions.boxes, regions.counts, geometry()};
  const auto rows = static_cast<std::size_t>(setup_->batch * d.box.detections_per_image);
  work.out = {reinterpret_cast<ScoredBox*>(found_.on_device()),
              reinterpret_cast<int*>(found_.on_device() + rows * sizeof(ScoredBox))};
  const DeviceTensor<T> logits = networks_.box_head->output(0);
  const DeviceTensor<T> deltas = networks_.box_head->output(1);
  device_->find_detections(work, {logits.data, deltas.data, logits.stride, deltas.stride},
                           images());
}

template <class T>
std::vector<DeviceDetections> DetectorLane<T>::finish() {
  device_->wait();
  std::vector<DeviceDetections> all = found();
  if (masks_) masks_->add_masks(all, *networks_.trunk);
  return all;
}

template <class T>
std::vector<DeviceDetections> DetectorLane<T>::found() const {
  const int per_image = setup_->description.box.detections_per_image;
  const auto* boxes = reinterpret_cast<const ScoredBox*>(found_.on_host());
  const auto* counts = reinterpret_cast<const int*>(boxes + setup_->batch * per_image);
  std::vector<DeviceDetections> all;
  for (int i = 0; i < images(); ++i) {
    const ScoredBox* begin = boxes + i * per_image;
    all.push_back({input_.geometry()[static_cast<std::size_t>(i)], {begin, begin + counts[i]}, {}});
  }
  return all;
}

}  // namespace roiflow
