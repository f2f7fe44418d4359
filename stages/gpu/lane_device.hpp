/// What a lane needs of a device: memory, copies, kernels and networks, all enqueued in order. A
/// GPU is one (cuda_lane_device.hpp); the tests have one that runs the same kernels on the host, so
/// that everything a lane does is tried without a GPU.
///
/// T is the element type of activations. Pointers name memory of the device unless it is said
/// otherwise. Nothing waits but wait() and the making of memory. One thread at a time.
///
/// Errors: Error{device}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/gpu/batch_engine.hpp"
#include "stages/heads/box_result_work.hpp"
#include "stages/heads/mask_predictor_kernels.hpp"
#include "stages/label_map/label_map_kernels.hpp"
#include "stages/paste_masks/paste_masks_kernels.hpp"
#include "stages/preprocess/preprocess_batch.hpp"
#include "stages/proposals/proposal_work.hpp"
#include "stages/roi_align/batch_pyramid.hpp"
#include "stages/roi_pool/roi_pool_kernels.hpp"

namespace roiflow {

/// A value of a network: `data` is its first channel of the first pixel, `stride` elements lie
/// between two pixels.
template <class T>
struct DeviceTensor {
  T* data = nullptr;
  Shape<4> shape{};
  std::int64_t stride = 0;
};

/// A network on one lane.
template <class T>
class LaneNetwork {
 public:
  virtual ~LaneNetwork() = default;

  /// Makes ready for inputs of these shapes. What input() and output() give holds until the next
  /// prepare(); what is there stays until then, too.
  virtual void prepare(std::span<const Shape<4>> inputs) = 0;
  [[nodiscard]] virtual DeviceTensor<T> input(std::size_t index) const = 0;
  [[nodiscard]] virtual DeviceTensor<T> output(std::size_t index) const = 0;
  virtual void run() = 0;
};

template <class T>
class LaneDevice {
 public:
  virtual ~LaneDevice() = default;

  /// Aligned to 256 bytes, undefined. Pinned memory is the host's.
  virtual std::shared_ptr<std::byte> device_memory(std::size_t bytes) = 0;
  virtual std::shared_ptr<std::byte> pinned_memory(std::size_t bytes) = 0;
  /// Between pinned memory and the device.
  virtual void to_device(void* to, const void* from, std::size_t bytes) = 0;
  virtual void to_host(void* to, const void* from, std::size_t bytes) = 0;
  /// wait() returns when everything is done that was enqueued before the last mark().
  virtual void mark() = 0;
  virtual void wait() = 0;

  /// What follows belongs to a stage of this name, up to the next call; "" belongs to none.
  virtual void stage(const char* /*name*/) {}
  /// From here on the stages are timed, until stage_times() waits and tells; for benchmarks.
  virtual void time_stages() {}
  virtual std::vector<StageTime> stage_times() { return {}; }

  virtual void preprocess(T* out, int channels, const PreprocessBatch& batch,
                          const std::byte* block, std::uint8_t* scratch) = 0;
  virtual void propose(const ProposalWork& work, const RpnMaps<T>& maps, int images) = 0;
  virtual void roi_align(T* out, const BatchPyramid<T>& maps, const Box* boxes, const int* images,
                         int regions) = 0;
  virtual void roi_pool(T* out, const BatchMap<T>& map, int bins, const Box* boxes,
                        const int* images, int regions) = 0;
  virtual void find_detections(const BoxResultWork& work, const BoxHeadOutputs<T>& outputs,
                               int images) = 0;
  virtual void predict_masks(float* out, const T* hidden, const int* labels, int rows,
                             const MaskPredictorLayer& layer) = 0;
  virtual void paste_words(std::uint32_t* words, std::int64_t capacity, const std::int64_t* offsets,
                           const MasksToPaste& masks, int rows) = 0;
  virtual void label_maps(std::uint8_t* out, const BatchScores<T>& scores,
                          const LabelMapBatch& batch, const std::byte* block) = 0;
};

}  // namespace roiflow
