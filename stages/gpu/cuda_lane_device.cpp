#include "stages/gpu/cuda_lane_device.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "stages/heads/box_result_cuda.hpp"
#include "stages/heads/mask_predictor_cuda.hpp"
#include "stages/kernels/element.cuh"
#include "stages/label_map/label_map_cuda.hpp"
#include "stages/paste_masks/paste_masks_cuda.hpp"
#include "stages/preprocess/preprocess_cuda.hpp"
#include "stages/proposals/proposals_cuda.hpp"
#include "stages/roi_align/roi_align_cuda.hpp"
#include "stages/roi_pool/roi_pool_cuda.hpp"

namespace roiflow {
namespace {

template <class Free>
std::shared_ptr<std::byte> shared(std::unique_ptr<void, Free> memory) {
  return {static_cast<std::byte*>(memory.release()), Free()};
}

template <class T>
class CudaLaneDevice final : public LaneDevice<T> {
 public:
  explicit CudaLaneDevice(std::shared_ptr<CudaLane> lane)
      : lane_(std::move(lane)), stream_(lane_->stream()), done_(make_event()) {}

  std::shared_ptr<std::byte> device_memory(std::size_t bytes) override {
    auto memory = shared(allocate_device(bytes));
    cuda_check(cudaMemsetAsync(memory.get(), 0, bytes, stream_),
               "memory of the device could not be cleared");
    return memory;
  }
  std::shared_ptr<std::byte> pinned_memory(std::size_t bytes) override {
    return shared(allocate_pinned(bytes));
  }
  void to_device(void* to, const void* from, std::size_t bytes) override {
    copy_to_device(stream_, static_cast<std::byte*>(to), static_cast<const std::byte*>(from),
                   bytes);
  }
  void to_host(void* to, const void* from, std::size_t bytes) override {
    copy_to_host(stream_, static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
  }
  void mark() override {
    cuda_check(cudaEventRecord(done_.get(), stream_), "an event could not be recorded");
  }
  void wait() override {
    cuda_check(cudaEventSynchronize(done_.get()), "a batch could not be computed");
  }

  void stage(const char* name) override {
    if (!timing_) return;
    marks_.push_back({name, make_timing_event()});
    cuda_check(cudaEventRecord(marks_.back().begin.get(), stream_), "timing");
  }
  void time_stages() override {
    marks_.clear();
    timing_ = true;
  }
  /// Stages that occur several times are added up.
  std::vector<StageTime> stage_times() override {
    timing_ = false;
    cuda_check(cudaStreamSynchronize(stream_), "a batch could not be computed");
    std::vector<StageTime> times;
    for (std::size_t i = 0; i + 1 < marks_.size(); ++i) {
      if (marks_[i].name.empty()) continue;
      float milliseconds = 0;
      cuda_check(
          cudaEventElapsedTime(&milliseconds, marks_[i].begin.get(), marks_[i + 1].begin.get()),
          "timing");
      auto known = std::ranges::find(times, marks_[i].name, &StageTime::name);
      if (known == times.end()) known = times.insert(times.end(), {marks_[i].name, 0});
      known->milliseconds += static_cast<double>(milliseconds);
    }
    marks_.clear();
    return times;
  }

  void preprocess(T* out, int channels, const PreprocessBatch& batch, const std::byte* block,
                  std::uint8_t* scratch) override {
    launch_preprocess(stream_, out, channels, batch, block, scratch);
  }
  void propose(const ProposalWork& work, const RpnMaps<T>& maps, int images) override {
    launch_proposals(stream_, work, maps, images);
  }
  void roi_align(T* out, const BatchPyramid<T>& maps, const Box* boxes, const int* images,
                 int regions) override {
    launch_roi_align(stream_, out, maps, boxes, images, regions);
  }
  void roi_pool(T* out, const BatchMap<T>& map, int bins, const Box* boxes, const int* images,
                int regions) override {
    launch_roi_pool(stream_, out, map, bins, boxes, images, regions);
  }
  void find_detections(const BoxResultWork& work, const BoxHeadOutputs<T>& outputs,
                       int images) override {
    launch_box_result(stream_, work, outputs, images);
  }
  void predict_masks(float* out, const T* hidden, const int* labels, int rows,
                     const MaskPredictorLayer& layer) override {
    launch_mask_predictor(stream_, out, hidden, labels, rows, layer);
  }
  void paste_words(std::uint32_t* words, std::int64_t capacity, const std::int64_t* offsets,
                   const MasksToPaste& masks, int rows) override {
    launch_paste_words(stream_, words, capacity, offsets, masks, rows);
  }
  void label_maps(std::uint8_t* out, const BatchScores<T>& scores, const LabelMapBatch& batch,
                  const std::byte* block) override {
    launch_label_maps(stream_, out, scores, batch, block);
  }

 private:
  /// Where a stage begins in the stream.
  struct Mark {
    std::string name;
    Event begin;
  };

  std::shared_ptr<CudaLane> lane_;
  cudaStream_t stream_;
  Event done_;
  bool timing_ = false;
  std::vector<Mark> marks_;
};

}  // namespace

template <class T>
std::unique_ptr<LaneDevice<T>> make_cuda_lane_device(std::shared_ptr<CudaLane> lane) {
  return std::make_unique<CudaLaneDevice<T>>(std::move(lane));
}

template std::unique_ptr<LaneDevice<float>> make_cuda_lane_device(std::shared_ptr<CudaLane>);
template std::unique_ptr<LaneDevice<__half>> make_cuda_lane_device(std::shared_ptr<CudaLane>);
template std::unique_ptr<LaneDevice<__nv_bfloat16>> make_cuda_lane_device(
    std::shared_ptr<CudaLane>);

}  // namespace roiflow
