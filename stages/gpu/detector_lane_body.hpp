/// The bodies of DetectorLane; included where it is instantiated.
#pragma once

#include <algorithm>
#include <numeric>

#include "stages/core/error.hpp"
#include "stages/gpu/detector_lane.hpp"
#include "stages/kernels/host_run.hpp"
#include "stages/kernels/scratch_layout.hpp"
#include "stages/kernels/staging.hpp"
#include "stages/roi_align/pyramid_level.hpp"

namespace roiflow {

/// Masks of so many detections go through the mask head at once, always.
inline constexpr int masks_at_a_time = 128;

template <class T>
DetectorLane<T>::DetectorLane(std::shared_ptr<const DetectorLaneSetup> setup,
                              std::unique_ptr<LaneDevice<T>> device,
                              DetectorLaneNetworks<T> networks)
    : setup_(std::move(setup)),
      device_(std::move(device)),
      networks_(std::move(networks)),
      stager_(setup_->preprocess),
      input_(*device_),
      constants_(*device_),
      found_(*device_),
      mask_rows_(*device_),
      words_(*device_),
      image_scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      proposal_scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      result_scratch_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      regions_([this](std::size_t bytes) { return device_->device_memory(bytes); }),
      probabilities_([this](std::size_t bytes) { return device_->device_memory(bytes); }) {
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
  std::size_t bytes = staged_bytes(setup_->mask_weights.size() * sizeof(float)) +
                      staged_bytes(setup_->mask_bias.size() * sizeof(float));
  const std::size_t levels = anchors_ ? anchors_->levels() : 0;
  for (std::size_t i = 0; i < levels; ++i) bytes += staged_bytes(anchors_->cell(i).size_bytes());
  constants_.at_least(std::max<std::size_t>(bytes, 1));
  StagingBlock block(constants_.host());
  for (std::size_t i = 0; i < levels; ++i) {
    cell_offsets_.push_back(static_cast<std::size_t>(block.append(anchors_->cell(i))));
  }
  if (networks_.mask_hidden) {
    const auto weights = block.append(std::span(setup_->mask_weights));
    const auto bias = block.append(std::span(setup_->mask_bias));
    const auto on_device = [&](std::int64_t offset) {
      return reinterpret_cast<const float*>(constants_.on_device() + offset);
    };
    const auto classes = static_cast<int>(setup_->mask_bias.size());
    mask_layer_ = {.weights = on_device(weights),
                   .bias = on_device(bias),
                   .classes = classes,
                   .channels = static_cast<int>(setup_->mask_weights.size()) / classes};
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
  run_trunk();
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
  batch_ = {};
  std::vector<const Image*> pixels;
  std::size_t bytes = BatchStager::batch_bytes(static_cast<int>(images.size()));
  for (const BatchImage& image : images) {
    pixels.push_back(image.image.get());
    batch_.geometry.push_back(setup_->preprocess.checked_geometry(*image.image));
    bytes += stager_.image_bytes(image.image->height, image.image->width);
  }
  const auto regions = static_cast<std::size_t>(setup_->batch * setup_->regions_per_image());
  const std::size_t geometry_bytes = batch_.geometry.size() * sizeof(ImageGeometry);
  const std::size_t region_bytes = anchors_ ? 0
                                            : staged_bytes(regions * sizeof(Box)) +
                                                  staged_bytes(regions * sizeof(int)) +
                                                  staged_bytes(images.size() * sizeof(int));
  input_.at_least(bytes + staged_bytes(geometry_bytes) + region_bytes + 4 * staging_alignment);
  batch_.staged = stager_.stage(input_.host(), pixels);
  batch_.geometry_offset = staged_bytes(batch_.staged.bytes);
  std::memcpy(input_.on_host() + batch_.geometry_offset, batch_.geometry.data(), geometry_bytes);
  batch_.bytes = batch_.geometry_offset + staged_bytes(geometry_bytes);
  if (!anchors_) stage_regions(images);
  input_.upload(batch_.bytes);
}

/// Fast R-CNN: the regions that came with the images, in the rows of the box head.
template <class T>
void DetectorLane<T>::stage_regions(std::span<const BatchImage> images) {
  const int per_image = setup_->regions_per_image();
  const auto rows = static_cast<std::size_t>(setup_->batch * per_image);
  batch_.boxes_offset = batch_.bytes;
  batch_.images_offset = batch_.boxes_offset + staged_bytes(rows * sizeof(Box));
  batch_.counts_offset = batch_.images_offset + staged_bytes(rows * sizeof(int));
  batch_.bytes = batch_.counts_offset + staged_bytes(images.size() * sizeof(int));
  auto* boxes = reinterpret_cast<Box*>(input_.on_host() + batch_.boxes_offset);
  auto* numbers = reinterpret_cast<int*>(input_.on_host() + batch_.images_offset);
  auto* counts = reinterpret_cast<int*>(input_.on_host() + batch_.counts_offset);
  std::fill_n(numbers, rows, -1);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& regions = images[i].regions;
    counts[i] = std::min(static_cast<int>(regions.size()), per_image);
    for (int k = 0; k < counts[i]; ++k) {
      const std::size_t row = i * static_cast<std::size_t>(per_image) + static_cast<std::size_t>(k);
      boxes[row] = to_resized(regions[static_cast<std::size_t>(k)], batch_.geometry[i]);
      numbers[row] = static_cast<int>(i);
    }
  }
}

/// The rows of the box head: made by the proposals' kernels, or uploaded.
template <class T>
ProposalRows DetectorLane<T>::region_rows() {
  if (!anchors_) {
    std::byte* block = input_.on_device();
    return {reinterpret_cast<Box*>(block + batch_.boxes_offset),
            reinterpret_cast<int*>(block + batch_.counts_offset),
            reinterpret_cast<int*>(block + batch_.images_offset)};
  }
  const auto images = static_cast<std::size_t>(setup_->batch);
  const std::size_t rows = images * static_cast<std::size_t>(setup_->regions_per_image());
  std::byte* counts = regions_.get() + staged_bytes(rows * sizeof(Box));
  return {reinterpret_cast<Box*>(regions_.get()), reinterpret_cast<int*>(counts),
          reinterpret_cast<int*>(counts + staged_bytes(images * sizeof(int)))};
}

template <class T>
void DetectorLane<T>::run_trunk() {
  const ImageGeometry& first = batch_.geometry.front();
  const Shape<4> shape{setup_->batch, first.padded_height, first.padded_width, 3};
  networks_.trunk->prepare(std::span(&shape, 1));
  const DeviceTensor<T> image = networks_.trunk->input(0);
  std::byte* scratch =
      image_scratch_.at_least(std::max<std::size_t>(batch_.staged.scratch_bytes, 1));
  device_->stage("preprocess");
  device_->preprocess(image.data, static_cast<int>(image.stride), batch_.staged, input_.on_device(),
                      reinterpret_cast<std::uint8_t*>(scratch));
  device_->stage("backbone");
  networks_.trunk->run();
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
  const ImageGeometry& first = batch_.geometry.front();
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
  device_->propose(work, maps, batch_.images());
}

template <class T>
void DetectorLane<T>::pool(DeviceTensor<T> out, const RegionPoolParams& params, const Box* boxes,
                           const int* images, int regions) {
  std::vector<BatchLevel<T>> levels;
  for (int i = 0; i < params.levels; ++i) {
    const DeviceTensor<T> map = networks_.trunk->output(static_cast<std::size_t>(i));
    levels.push_back(
        {map.data, static_cast<int>(map.shape[1]), static_cast<int>(map.shape[2]),
         infer_scale(static_cast<int>(map.shape[1]), batch_.geometry.front().padded_height)});
  }
  const auto channels = static_cast<int>(out.stride);
  if (params.pooling == RegionPooling::roi_pool) {
    const BatchLevel<T>& only = levels.front();
    device_->roi_pool(out.data, {only.data, only.height, only.width, channels, only.scale},
                      params.bins, boxes, images, regions);
    return;
  }
  const RoiAlignParams align{.bins = params.bins,
                             .samples = params.samples,
                             .aligned = params.pooling == RegionPooling::roi_align_aligned};
  device_->roi_align(out.data,
                     batch_pyramid<T>(std::span<const BatchLevel<T>>(levels), channels, align),
                     boxes, images, regions);
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
  pool(networks_.box_head->input(0), params, regions.boxes, regions.images,
       static_cast<int>(batch_.images() * per_image));
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
                           batch_.images());
}

template <class T>
std::vector<DeviceDetections> DetectorLane<T>::finish() {
  device_->wait();
  std::vector<DeviceDetections> all = found();
  if (!networks_.mask_hidden) return all;
  const MaskRows rows = mask_rows(all);
  if (rows.boxes.empty()) return all;
  const UploadedRows uploaded = upload(rows);
  predict_masks(uploaded, static_cast<int>(rows.boxes.size()));
  paste(all, rows, uploaded);
  return all;
}

template <class T>
std::vector<StageTime> DetectorLane<T>::profile(std::span<const BatchImage> images) {
  submit(images);  // plans are made, memory has grown
  finish();
  device_->time_stages();
  submit(images);
  finish();
  return device_->stage_times();
}

template <class T>
std::vector<DeviceDetections> DetectorLane<T>::found() const {
  const int per_image = setup_->description.box.detections_per_image;
  const auto* boxes = reinterpret_cast<const ScoredBox*>(found_.on_host());
  const auto* counts = reinterpret_cast<const int*>(boxes + setup_->batch * per_image);
  std::vector<DeviceDetections> all;
  for (int i = 0; i < batch_.images(); ++i) {
    const ScoredBox* begin = boxes + i * per_image;
    all.push_back({batch_.geometry[static_cast<std::size_t>(i)], {begin, begin + counts[i]}, {}});
  }
  return all;
}

template <class T>
auto DetectorLane<T>::mask_rows(std::span<const DeviceDetections> found) const -> MaskRows {
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
auto DetectorLane<T>::upload(const MaskRows& rows) -> UploadedRows {
  const std::size_t count = rows.boxes.size();
  mask_rows_.at_least(2 * staged_bytes(count * sizeof(Box)) +
                      2 * staged_bytes(count * sizeof(int)) +
                      staged_bytes(rows.sizes.size() * sizeof(ImageSize)));
  StagingBlock block(mask_rows_.host());
  const auto place = [&](const auto& values) {
    using Value = typename std::decay_t<decltype(values)>::value_type;
    const std::int64_t offset = block.append(std::span<const Value>(values));
    return reinterpret_cast<const Value*>(mask_rows_.on_device() + offset);
  };
  const UploadedRows uploaded{.boxes = place(rows.boxes),
                              .original_boxes = place(rows.original_boxes),
                              .images = place(rows.images),
                              .labels = place(rows.labels),
                              .sizes = place(rows.sizes)};
  mask_rows_.upload(block.size());
  return uploaded;
}

template <class T>
int DetectorLane<T>::mask_side() const {
  return mask_layer_.side * mask_layer_.height;
}

template <class T>
void DetectorLane<T>::predict_masks(const UploadedRows& rows, int count) {
  const RegionPoolParams params = mask_pool_params(setup_->description);
  const Shape<4> shape{masks_at_a_time, params.bins, params.bins,
                       networks_.trunk->output(0).shape[3]};
  networks_.mask_hidden->prepare(std::span(&shape, 1));
  const DeviceTensor<T> hidden = networks_.mask_hidden->output(0);
  mask_layer_.height = static_cast<int>(hidden.shape[1]);
  mask_layer_.width = static_cast<int>(hidden.shape[2]);
  mask_layer_.side = hidden.shape[3] == mask_layer_.channels ? 1 : 2;
  mask_layer_.stride = static_cast<int>(hidden.stride);
  const std::int64_t pixels = std::int64_t{mask_side()} * mask_layer_.side * mask_layer_.width;
  auto* probabilities = reinterpret_cast<float*>(
      probabilities_.at_least(static_cast<std::size_t>(count * pixels) * sizeof(float)));
  for (int first = 0; first < count; first += masks_at_a_time) {
    const int part = std::min(masks_at_a_time, count - first);
    device_->stage("mask pooling");
    pool(networks_.mask_hidden->input(0), params, rows.boxes + first, rows.images + first, part);
    device_->stage("mask_head");
    networks_.mask_hidden->run();
    device_->predict_masks(probabilities + first * pixels, hidden.data, rows.labels + first, part,
                           mask_layer_);
  }
}

template <class T>
void DetectorLane<T>::paste(std::vector<DeviceDetections>& found, const MaskRows& rows,
                            const UploadedRows& uploaded) {
  const MaskHeadDescription& d = setup_->description.mask;
  const PasteConvention convention = paste_convention(d.paste);
  const auto count = static_cast<int>(rows.boxes.size());
  MasksToPaste masks{.side = mask_side(),
                     .boxes = rows.original_boxes.data(),
                     .images = rows.images.data(),
                     .sizes = rows.sizes.data(),
                     .convention = convention,
                     .threshold = strict_threshold(d.threshold, convention)};
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
  device_->stage("paste");
  device_->paste_words(reinterpret_cast<std::uint32_t*>(words_.on_device() + offset_bytes),
                       offsets.back(), reinterpret_cast<const std::int64_t*>(words_.on_device()),
                       masks, count);
  device_->stage("download");
  words_.download(offset_bytes + word_count * sizeof(std::uint32_t));
  device_->stage("");
  device_->mark();
  device_->wait();
  const auto* words = reinterpret_cast<const std::uint32_t*>(words_.on_host() + offset_bytes);
  for (std::size_t row = 0; row < parts.size(); ++row) {
    found[static_cast<std::size_t>(rows.images[row])].masks.push_back(
        {parts[row], {words + offsets[row], words + offsets[row + 1]}});
  }
}

}  // namespace roiflow
