/// A lane's device that is watched: every kernel call of the device under test is repeated by the
/// same kernels on the host, on copies of its inputs, and the results are compared. So a whole run
/// of a lane becomes a table of stages with their largest differences.
///
/// Differences are of numbers, relative to the largest of the call where that is above 1; integers
/// (counts, images, labels, words of masks) count as different or not, by share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/support/host_lane_device.hpp"

namespace roiflow {

/// Largest difference seen of each stage.
using StageDifferences = std::map<std::string, double>;

template <class T>
class CheckedLaneDevice final : public LaneDevice<T> {
 public:
  /// `batch`: images that feature maps have room for.
  CheckedLaneDevice(std::unique_ptr<LaneDevice<T>> device, int batch, StageDifferences& differences)
      : device_(std::move(device)),
        batch_(static_cast<std::size_t>(batch)),
        differences_(differences) {}

  std::shared_ptr<std::byte> device_memory(std::size_t bytes) override {
    return device_->device_memory(bytes);
  }
  std::shared_ptr<std::byte> pinned_memory(std::size_t bytes) override {
    return device_->pinned_memory(bytes);
  }
  void to_device(void* to, const void* from, std::size_t bytes) override {
    device_->to_device(to, from, bytes);
  }
  void to_host(void* to, const void* from, std::size_t bytes) override {
    device_->to_host(to, from, bytes);
  }
  void mark() override { device_->mark(); }
  void wait() override { device_->wait(); }

  void preprocess(T* out, int channels, const PreprocessBatch& batch, const std::byte* block,
                  std::uint8_t* scratch) override {
    device_->preprocess(out, channels, batch, block, scratch);
    const auto host_block = fetched(block, batch.bytes);
    std::vector<std::uint8_t> host_scratch(batch.scratch_bytes + 1);
    std::vector<T> expected(size(batch.images) * size(batch.padded_height) *
                            size(batch.padded_width) * size(channels));
    host_.preprocess(expected.data(), channels, batch, host_block.data(), host_scratch.data());
    compare("preprocess", fetched(out, expected.size()), expected);
  }

  void propose(const ProposalWork& work, const RpnMaps<T>& maps, int images) override {
    device_->propose(work, maps, images);
    ProposalWork host_work = work;
    RpnMaps<T> host_maps = maps;
    std::vector<std::vector<T>> values;
    std::vector<std::vector<Box>> cells;
    for (int i = 0; i < work.levels; ++i) {
      const auto& level = work.level[i];
      RpnMap<T>& map = host_maps.level[i];
      const std::size_t pixels = size(images) * size(level.cells) - 1;
      values.push_back(
          fetched(map.objectness, pixels * size(map.objectness_stride) + size(level.per_cell)));
      map.objectness = values.back().data();
      values.push_back(
          fetched(map.deltas, pixels * size(map.deltas_stride) + 4 * size(level.per_cell)));
      map.deltas = values.back().data();
      cells.push_back(fetched(level.anchors.cell.data(), level.anchors.cell.size()));
      host_work.level[i].anchors.cell = cells.back();
    }
    const auto geometry = fetched(work.geometry, size(images));
    host_work.geometry = geometry.data();
    const auto memory = laid_out(host_work, images);
    const std::size_t rows = size(images) * size(work.params.post_nms_top_n);
    std::vector<Box> boxes(rows);
    std::vector<int> counts(size(images)), numbers(rows);
    host_work.out = {boxes.data(), counts.data(), numbers.data()};
    host_.propose(host_work, host_maps, images);
    compare_integers("proposals: counts", fetched(work.out.counts, counts.size()), counts);
    compare_integers("proposals: images", fetched(work.out.images, rows), numbers);
    compare("proposals: boxes", numbers_of(fetched(work.out.boxes, rows)), numbers_of(boxes));
  }

  void roi_align(T* out, const BatchPyramid<T>& maps, const Box* boxes, const int* images,
                 int regions) override {
    device_->roi_align(out, maps, boxes, images, regions);
    BatchPyramid<T> host_maps = maps;
    std::vector<std::vector<T>> values;
    for (int i = 0; i < maps.borders.levels; ++i) {
      BatchLevel<T>& level = host_maps.levels[i];
      values.push_back(fetched(
          level.data, batch_ * size(level.height) * size(level.width) * size(maps.channels)));
      level.data = values.back().data();
    }
    const auto host_boxes = fetched(boxes, size(regions));
    const auto host_images = fetched(images, size(regions));
    std::vector<T> expected(size(regions) * size(maps.params.bins) * size(maps.params.bins) *
                            size(maps.channels));
    host_.roi_align(expected.data(), host_maps, host_boxes.data(), host_images.data(), regions);
    compare("roi_align", fetched(out, expected.size()), expected);
  }

  void roi_pool(T* out, const BatchMap<T>& map, int bins, const Box* boxes, const int* images,
                int regions) override {
    device_->roi_pool(out, map, bins, boxes, images, regions);
    BatchMap<T> host_map = map;
    const auto values =
        fetched(map.data, batch_ * size(map.height) * size(map.width) * size(map.channels));
    host_map.data = values.data();
    const auto host_boxes = fetched(boxes, size(regions));
    const auto host_images = fetched(images, size(regions));
    std::vector<T> expected(size(regions) * size(bins) * size(bins) * size(map.channels));
    host_.roi_pool(expected.data(), host_map, bins, host_boxes.data(), host_images.data(), regions);
    compare("roi_pool", fetched(out, expected.size()), expected);
  }

  void find_detections(const BoxResultWork& work, const BoxHeadOutputs<T>& outputs,
                       int images) override {
    device_->find_detections(work, outputs, images);
    BoxResultWork host_work = work;
    const std::size_t rows = size(images) * size(work.proposals);
    const auto logits = fetched(
        outputs.class_logits, (rows - 1) * size(outputs.class_logits_stride) + size(work.classes));
    const auto deltas =
        fetched(outputs.deltas, (rows - 1) * size(outputs.deltas_stride) + 4 * size(work.classes));
    const auto boxes = fetched(work.regions.boxes, rows);
    const auto counts = fetched(work.regions.counts, size(images));
    const auto geometry = fetched(work.regions.geometry, size(images));
    host_work.regions = {boxes.data(), counts.data(), geometry.data()};
    const auto memory = laid_out(host_work, images);
    std::vector<ScoredBox> found(size(images) * size(work.params.detections_per_image));
    std::vector<int> found_counts(size(images));
    host_work.out = {found.data(), found_counts.data()};
    host_.find_detections(
        host_work,
        {logits.data(), deltas.data(), outputs.class_logits_stride, outputs.deltas_stride}, images);
    compare_integers("detections: counts", fetched(work.out.counts, found_counts.size()),
                     found_counts);
    compare("detections: boxes", numbers_of(fetched(work.out.found, found.size())),
            numbers_of(found));
  }

  void predict_masks(float* out, const T* hidden, const int* labels, int rows,
                     const MaskPredictorLayer& layer) override {
    device_->predict_masks(out, hidden, labels, rows, layer);
    MaskPredictorLayer host_layer = layer;
    const auto weights = fetched(layer.weights, size(layer.classes) * size(layer.channels));
    const auto bias = fetched(layer.bias, size(layer.classes));
    host_layer.weights = weights.data();
    host_layer.bias = bias.data();
    const std::size_t pixels = size(layer.height) * size(layer.width);
    const std::size_t stride =
        layer.stride > 0 ? size(layer.stride) : size(layer.side * layer.side * layer.channels);
    const auto values = fetched(hidden, size(rows) * pixels * stride);
    const auto host_labels = fetched(labels, size(rows));
    std::vector<float> expected(size(rows) * pixels * size(layer.side * layer.side));
    host_.predict_masks(expected.data(), values.data(), host_labels.data(), rows, host_layer);
    compare("mask predictor", fetched(out, expected.size()), expected);
  }

  void paste_words(std::uint32_t* words, std::int64_t capacity, const std::int64_t* offsets,
                   const MasksToPaste& masks, int rows) override {
    device_->paste_words(words, capacity, offsets, masks, rows);
    MasksToPaste host_masks = masks;
    const auto probabilities =
        fetched(masks.probabilities, size(rows) * size(masks.side) * size(masks.side));
    const auto boxes = fetched(masks.boxes, size(rows));
    const auto images = fetched(masks.images, size(rows));
    const auto sizes = fetched(masks.sizes, size(*std::ranges::max_element(images)) + 1);
    host_masks.probabilities = probabilities.data();
    host_masks.boxes = boxes.data();
    host_masks.images = images.data();
    host_masks.sizes = sizes.data();
    const auto host_offsets = fetched(offsets, size(rows) + 1);
    std::vector<std::uint32_t> expected(size(capacity));
    host_.paste_words(expected.data(), capacity, host_offsets.data(), host_masks, rows);
    compare_integers("paste", fetched(words, expected.size()), expected);
  }

  void label_maps(std::uint8_t* out, const BatchScores<T>& scores, const LabelMapBatch& batch,
                  const std::byte* block) override {
    device_->label_maps(out, scores, batch, block);
    const auto host_block = fetched(block, batch.bytes);
    const auto values = fetched(scores.data, size(batch.images) * size(scores.height) *
                                                 size(scores.width) * size(scores.stride));
    std::vector<std::uint8_t> expected(batch.labels);
    host_.label_maps(expected.data(), {values.data(), scores.height, scores.width, scores.stride},
                     batch, host_block.data());
    compare_integers("label_map", fetched(out, expected.size()), expected);
  }

 private:
  static std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

  /// A copy of `count` elements of the device's memory.
  template <class V>
  std::vector<V> fetched(const V* from, std::size_t count) {
    std::vector<V> values(count);
    const auto pinned = device_->pinned_memory(count * sizeof(V));
    device_->to_host(pinned.get(), from, count * sizeof(V));
    device_->mark();
    device_->wait();
    if (count > 0) std::memcpy(values.data(), pinned.get(), count * sizeof(V));
    return values;
  }

  template <class Work>
  static std::vector<std::byte> laid_out(Work& work, int images) {
    ScratchLayout bytes;
    work.lay_out(bytes, images);
    std::vector<std::byte> memory(bytes.bytes() + 256);
    ScratchLayout arrays(memory.data());
    work.lay_out(arrays, images);
    return memory;
  }

  template <class V>
  static std::vector<float> numbers_of(const std::vector<V>& values) {
    std::vector<float> numbers;
    for (const V& v : values) {
      if constexpr (std::is_same_v<V, Box>) {
        numbers.insert(numbers.end(), {v.x0, v.y0, v.x1, v.y1});
      } else {
        numbers.insert(numbers.end(), {v.box.x0, v.box.y0, v.box.x1, v.box.y1, v.score,
                                       static_cast<float>(v.label)});
      }
    }
    return numbers;
  }

  template <class V>
  void compare(const std::string& stage, const std::vector<V>& found,
               const std::vector<V>& expected) {
    double largest = 1, difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double e = static_cast<double>(Element<V>::to_float(expected[i]));
      const double d = std::abs(static_cast<double>(Element<V>::to_float(found[i])) - e);
      largest = std::max(largest, std::abs(e));
      if (!(d <= difference) && !(std::isnan(d) && std::isnan(e))) difference = d;
    }
    note(stage, difference / largest);
  }

  template <class V>
  void compare_integers(const std::string& stage, const std::vector<V>& found,
                        const std::vector<V>& expected) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
      different += found[i] != expected[i] ? 1U : 0U;
    note(stage, expected.empty()
                    ? 0.0
                    : static_cast<double>(different) / static_cast<double>(expected.size()));
  }

  void note(const std::string& stage, double difference) {
    double& known = differences_[stage];
    known = std::max(known, difference);
  }

  std::unique_ptr<LaneDevice<T>> device_;
  HostLaneDevice<T> host_;
  std::size_t batch_;
  StageDifferences& differences_;
};

}  // namespace roiflow
