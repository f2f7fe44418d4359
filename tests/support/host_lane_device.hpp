/// A device for lanes (stages/gpu/lane_device.hpp) that is the host: the same kernels, run at once,
/// in one of the orders of their phases; networks as host_device_plan.hpp runs them. "Device"
/// memory is full of NaN at the start.
#pragma once

#include <cstring>
#include <memory>

#include "stages/execute/prepare_model.hpp"
#include "stages/gpu/lane_device.hpp"
#include "stages/heads/box_result_kernels.hpp"
#include "stages/heads/mask_predictor_kernels.hpp"
#include "stages/kernels/host_run.hpp"
#include "stages/preprocess/preprocess_kernels.hpp"
#include "stages/proposals/proposals_kernels.hpp"
#include "stages/roi_align/roi_align_kernels.hpp"
#include "tests/support/host_device_plan.hpp"

namespace roiflow {

template <class T>
class HostLaneNetwork final : public LaneNetwork<T> {
 public:
  HostLaneNetwork(const ModelGraph& graph, const Weights& weights)
      : runner_(prepare_device_model(graph, weights)) {}

  void prepare(std::span<const Shape<4>> inputs) override { runner_.prepare(inputs); }
  [[nodiscard]] DeviceTensor<T> input(std::size_t index) const override {
    return tensor(runner_.plan().inputs[index]);
  }
  [[nodiscard]] DeviceTensor<T> output(std::size_t index) const override {
    return tensor(runner_.plan().outputs[index]);
  }
  void run() override { runner_.run(); }

 private:
  [[nodiscard]] DeviceTensor<T> tensor(const DeviceValue& value) const {
    return {runner_.at(value) + value.first, value.shape, value.stride};
  }
  HostPlanRunner<T> runner_;
};

template <class T>
class HostLaneDevice final : public LaneDevice<T> {
 public:
  explicit HostLaneDevice(PhaseOrder order = PhaseOrder::ascending) : run_(order) {}

  std::shared_ptr<std::byte> device_memory(std::size_t bytes) override { return memory(bytes); }
  std::shared_ptr<std::byte> pinned_memory(std::size_t bytes) override { return memory(bytes); }
  void to_device(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void to_host(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void mark() override {}
  void wait() override {}
  void stage(const char* name) override {
    if (*name != '\0') stages_.push_back({name, 1});
  }
  void time_stages() override { stages_.clear(); }
  /// Not times: 1 for every call.
  std::vector<StageTime> stage_times() override { return stages_; }

  void preprocess(T* out, int channels, const PreprocessBatch& batch, const std::byte* block,
                  std::uint8_t* scratch) override {
    make_inputs(run_, out, channels, batch, block, scratch);
  }
  void propose(const ProposalWork& work, const RpnMaps<T>& maps, int images) override {
    roiflow::propose(run_, work, maps, images);
  }
  void roi_align(T* out, const BatchPyramid<T>& maps, const Box* boxes, const int* images,
                 int regions) override {
    align_regions(run_, out, maps, boxes, images, regions);
  }
  void roi_pool(T* out, const BatchMap<T>& map, int bins, const Box* boxes, const int* images,
                int regions) override {
    pool_regions(run_, out, map, bins, boxes, images, regions);
  }
  void find_detections(const BoxResultWork& work, const BoxHeadOutputs<T>& outputs,
                       int images) override {
    roiflow::find_detections(run_, work, outputs, images);
  }
  void predict_masks(float* out, const T* hidden, const int* labels, int rows,
                     const MaskPredictorLayer& layer) override {
    roiflow::predict_masks(run_, out, hidden, labels, rows, layer);
  }
  void paste_words(std::uint32_t* words, std::int64_t capacity, const std::int64_t* offsets,
                   const MasksToPaste& masks, int rows) override {
    roiflow::paste_words(run_, words, capacity, offsets, masks, rows);
  }
  void label_maps(std::uint8_t* out, const BatchScores<T>& scores, const LabelMapBatch& batch,
                  const std::byte* block) override {
    make_label_maps(run_, out, scores, batch, block);
  }

 private:
  static std::shared_ptr<std::byte> memory(std::size_t bytes) {
    constexpr std::size_t alignment = 256;
    const std::size_t whole = (bytes + alignment) / alignment * alignment;
    auto* begin = static_cast<std::byte*>(std::aligned_alloc(alignment, whole));
    std::memset(begin, 0xFF, whole);  // NaN in every type
    return {begin, [](std::byte* memory) { std::free(memory); }};
  }

  HostRun run_;
  std::vector<StageTime> stages_;
};

}  // namespace roiflow
