/// A lane's device that is a GPU (lane_device.hpp): everything goes into the lane's one stream. And
/// a network on it.
#pragma once

#include <map>
#include <memory>

#include "stages/core/error_code.hpp"
#include "stages/cuda/captured_graph.hpp"
#include "stages/execute/network_cuda.hpp"
#include "stages/gpu/lane_device.hpp"

namespace roiflow {

template <class T>
class CudaLaneNetwork final : public LaneNetwork<T> {
 public:
  /// `network` is shared by the lanes of its device. `graphs`: from its second run on, a plan is
  /// started as one CUDA graph.
  CudaLaneNetwork(std::shared_ptr<CudaLane> lane, std::shared_ptr<NetworkCuda<T>> network,
                  bool graphs)
      : lane_(std::move(lane)), network_(std::move(network)), graphs_(graphs) {}

  void prepare(std::span<const Shape<4>> inputs) override {
    plan_ = network_->plan(*lane_, memory_, inputs);
  }
  [[nodiscard]] DeviceTensor<T> input(std::size_t index) const override {
    return tensor(plan_->layout.inputs[index]);
  }
  [[nodiscard]] DeviceTensor<T> output(std::size_t index) const override {
    return tensor(plan_->layout.outputs[index]);
  }
  void run() override {
    if (!graphs_) {
      network_->run(*lane_, memory_, *plan_);
      return;
    }
    Recorded& recorded = recorded_[plan_.get()];
    const std::byte* const memory = memory_.begin();
    const void* const workspace = lane_->workspace(plan_->workspace_bytes);
    if (recorded.memory != memory || recorded.workspace != workspace) {
      recorded = {.memory = memory, .workspace = workspace};
      network_->run(*lane_, memory_, *plan_);
      return;
    }
    if (!recorded.graph && recorded.can_be) record(recorded);
    if (recorded.graph) {
      recorded.graph->launch(lane_->stream());
    } else {
      network_->run(*lane_, memory_, *plan_);
    }
  }

 private:
  [[nodiscard]] DeviceTensor<T> tensor(const DeviceValue& value) const {
    return {reinterpret_cast<T*>(memory_.at(*plan_, value)) + value.first, value.shape,
            value.stride};
  }

  /// A plan as a graph, and the addresses for which it holds.
  struct Recorded {
    const std::byte* memory = nullptr;
    const void* workspace = nullptr;
    std::unique_ptr<CapturedGraph> graph;
    bool can_be = true;  ///< an engine may refuse to be recorded
  };

  void record(Recorded& recorded) {
    try {
      recorded.graph = std::make_unique<CapturedGraph>(
          lane_->stream(), [&] { network_->run(*lane_, memory_, *plan_); });
    } catch (const Error&) {
      recorded.can_be = false;  // if the device is lost, the plain run will say so
    }
  }

  std::shared_ptr<CudaLane> lane_;
  std::shared_ptr<NetworkCuda<T>> network_;
  bool graphs_;
  NetworkMemory memory_;
  std::shared_ptr<const CudaPlan> plan_;
  std::map<const CudaPlan*, Recorded> recorded_;  // the network keeps its plans for ever
};

/// T: float, __half or __nv_bfloat16.
template <class T>
std::unique_ptr<LaneDevice<T>> make_cuda_lane_device(std::shared_ptr<CudaLane> lane);

}  // namespace roiflow
