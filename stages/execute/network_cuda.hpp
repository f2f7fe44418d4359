/// A network on a GPU: weights packed and uploaded once, a plan for each set of input shapes, lanes
/// that run them.
///
///   T = float (f32, tf32), __half (f16), __nv_bfloat16 (bf16)
///
/// A plan is made at its first use, which takes long (engines are looked for, and timed if that was
/// asked for); `run` then only enqueues. Plans may be made and run from several threads at once, on
/// different lanes. Results depend on the plan, that is on the batch size, but not on what else is
/// in the batch.
///
/// Errors: Error{device}; Error{bad_data} for weights that are not the graph's.
///
/// Example: NetworkCuda<__half> net(graph, weights, {.precision = Precision::f16});
///          NetworkLane memory;  const auto plan = net.plan(lane, shapes);
///          net.run(lane, memory, *plan);  // memory.at(*plan, plan->layout.inputs[0]) was filled
///          before
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "stages/cudnn/choose_engine.hpp"
#include "stages/execute/cuda_lane.hpp"
#include "stages/execute/device_plan.hpp"
#include "stages/execute/linear_cuda.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct CudaExecutorOptions {
  Precision precision = Precision::f16;
  EngineChoices* choices = nullptr;  ///< or null
  bool tune = false;                 ///< time the engines that have no stored choice
};

/// What runs a step: a plan of a library, or nothing for our own kernels.
struct StepEngine {
  std::variant<std::monostate, ConvolutionPlan, LinearCuda> work;
  void* weight = nullptr;  ///< on the device, of the network
  void* bias = nullptr;
};

struct CudaPlan {
  DevicePlan layout;
  std::vector<StepEngine> engines;  ///< of each step
  std::size_t workspace_bytes = 0;
};

/// The activations of one network on one lane.
class NetworkMemory {
 public:
  /// Room for so many bytes of activations; waits for the lane if it has to grow.
  void prepare(const CudaLane& lane, std::size_t bytes);
  [[nodiscard]] std::byte* begin() const { return arena_.data(); }
  [[nodiscard]] std::byte* at(const CudaPlan& plan, const DeviceValue& value) const {
    return arena_.data() + plan.layout.offsets[value.buffer];
  }

 private:
  DeviceArray<std::byte> arena_;
};

template <class T>
class NetworkCuda {
 public:
  NetworkCuda(const ModelGraph& graph, const Weights& weights, const CudaExecutorOptions& options);

  /// Made now if there is none yet; `lane` and `memory` serve for timing.
  std::shared_ptr<const CudaPlan> plan(CudaLane& lane, NetworkMemory& memory,
                                       std::span<const Shape<4>> inputs);
  /// Enqueues all steps. `memory` was prepared for the plan and holds the inputs.
  void run(CudaLane& lane, const NetworkMemory& memory, const CudaPlan& plan) const;

 private:
  struct LayerWeights {
    DeviceArray<T> weight, bias;
  };
  using WeightsByName = std::map<std::string, LayerWeights, std::less<>>;

  /// Packed, converted and uploaded at the first call for a layer.
  const LayerWeights& weights_of(const CudaLane& lane, const DeviceStep& step);
  std::shared_ptr<const CudaPlan> make_plan(CudaLane& lane, NetworkMemory& memory,
                                            std::span<const Shape<4>> inputs);
  StepEngine engine_of(CudaLane& lane, const DevicePlan& layout, const DeviceStep& step,
                       std::byte* arena);
  ConvolutionPlan convolution_of(CudaLane& lane, const DevicePlan& layout, const DeviceStep& step,
                                 const LayerWeights& weights, std::byte* arena) const;

  CudaExecutorOptions options_;
  BackendDescriptor device_;
  std::string scope_;
  CudnnHandle planner_;  ///< with which plans are made, and nothing else; outlives them
  Model model_;          ///< prepared; its tensors go when all are uploaded
  std::mutex mutex_;
  WeightsByName uploaded_;
  std::map<std::vector<Shape<4>>, std::shared_ptr<const CudaPlan>> plans_;
};

}  // namespace roiflow
