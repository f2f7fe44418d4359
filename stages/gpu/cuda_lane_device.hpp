/// A lane's device that is a GPU (lane_device.hpp): everything goes into the lane's one stream. And
/// a network on it.
#pragma once

#include <memory>

#include "stages/execute/network_cuda.hpp"
#include "stages/gpu/lane_device.hpp"

namespace roiflow {

template <class T>
class CudaLaneNetwork final : public LaneNetwork<T> {
 public:
  /// `network` is shared by the lanes of its device.
  CudaLaneNetwork(std::shared_ptr<CudaLane> lane, std::shared_ptr<NetworkCuda<T>> network)
      : lane_(std::move(lane)), network_(std::move(network)) {}

  void prepare(std::span<const Shape<4>> inputs) override {
    plan_ = network_->plan(*lane_, memory_, inputs);
  }
  [[nodiscard]] DeviceTensor<T> input(std::size_t index) const override {
    return tensor(plan_->layout.inputs[index]);
  }
  [[nodiscard]] DeviceTensor<T> output(std::size_t index) const override {
    return tensor(plan_->layout.outputs[index]);
  }
  void run() override { network_->run(*lane_, memory_, *plan_); }

 private:
  [[nodiscard]] DeviceTensor<T> tensor(const DeviceValue& value) const {
    return {reinterpret_cast<T*>(memory_.at(*plan_, value)) + value.first, value.shape,
            value.stride};
  }

  std::shared_ptr<CudaLane> lane_;
  std::shared_ptr<NetworkCuda<T>> network_;
  NetworkMemory memory_;
  std::shared_ptr<const CudaPlan> plan_;
};

/// T: float, __half or __nv_bfloat16.
template <class T>
std::unique_ptr<LaneDevice<T>> make_cuda_lane_device(std::shared_ptr<CudaLane> lane);

}  // namespace roiflow
