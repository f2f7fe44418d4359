#include "stages/execute/network_cuda.hpp"

#include <algorithm>
#include <array>

#include "stages/core/error.hpp"
#include "stages/cuda/cuda_check.hpp"
#include "stages/cudnn/device_properties.hpp"
#include "stages/execute/device_weights.hpp"
#include "stages/execute/kernel_step_cuda.hpp"
#include "stages/execute/prepare_model.hpp"
#include "stages/kernels/element.cuh"

namespace roiflow {
namespace {

/// Waits: weights are uploaded before anything runs.
template <class T>
DeviceArray<T> upload(const CudaLane& lane, const std::vector<float>& values) {
  std::vector<T> converted(values.size());
  std::ranges::transform(values, converted.begin(), Element<T>::from_float);
  DeviceArray<T> array(values.size());
  copy_to_device(lane.stream(), array.data(), converted.data(), converted.size());
  cuda_check(cudaStreamSynchronize(lane.stream()), "weights could not be uploaded");
  return array;
}

ConvolutionSpec spec_of(const DeviceStep& step, Precision precision) {
  const DeviceValue& x = step.inputs.front();
  return {{x.shape[0], x.shape[1], x.shape[2], x.stride},
          std::get<ConvolutionStep>(step.work).layer,
          precision};
}

std::byte* address(const DevicePlan& layout, const DeviceValue& value, std::byte* arena) {
  return arena + layout.offsets[value.buffer];
}

ConvolutionPointers pointers_of(const DevicePlan& layout, const DeviceStep& step, void* weight,
                                void* bias, std::byte* arena) {
  return {.x = address(layout, step.inputs.front(), arena),
          .w = weight,
          .y = address(layout, step.output, arena),
          .z = step.inputs.size() > 1 ? address(layout, step.inputs[1], arena) : nullptr,
          .bias = bias};
}

/// Whether it runs. False if cuDNN refuses while the device is well.
bool runs(const CudaLane& lane, const std::function<void()>& enqueue) {
  const auto wait = [&] {
    cuda_check(cudaStreamSynchronize(lane.stream()), "an engine could not be tried");
  };
  try {
    enqueue();
  } catch (const Error&) {
    wait();
    return false;
  }
  wait();
  return true;
}

/// The median of a few runs after one to warm up, in milliseconds.
double time_of(const CudaLane& lane, const std::function<void()>& enqueue) {
  constexpr std::size_t runs = 5;
  enqueue();
  const Event begin = make_timing_event(), end = make_timing_event();
  std::array<float, runs> times{};
  for (float& time : times) {
    cuda_check(cudaEventRecord(begin.get(), lane.stream()), "timing");
    enqueue();
    cuda_check(cudaEventRecord(end.get(), lane.stream()), "timing");
    cuda_check(cudaEventSynchronize(end.get()), "timing");
    cuda_check(cudaEventElapsedTime(&time, begin.get(), end.get()), "timing");
  }
  std::ranges::nth_element(times, times.begin() + runs / 2);
  return static_cast<double>(times[runs / 2]);
}

}  // namespace

void NetworkMemory::prepare(const CudaLane& lane, std::size_t bytes) {
  if (arena_.size() >= bytes) return;
  cuda_check(cudaStreamSynchronize(lane.stream()), "a lane could not be waited for");
  arena_ = {};  // first give back, then take: both at once may not fit
  arena_ = DeviceArray<std::byte>(bytes);
  // Rows that no batch has used yet hold zeros, the same in every run.
  cuda_check(cudaMemsetAsync(arena_.data(), 0, bytes, lane.stream()),
             "memory of the device could not be cleared");
}

template <class T>
NetworkCuda<T>::NetworkCuda(const ModelGraph& graph, const Weights& weights,
                            const CudaExecutorOptions& options)
    : options_(options),
      device_(current_device()),
      scope_(scope_of(device_)),
      planner_(make_cudnn()),
      model_(prepare_device_model(graph, weights)) {}

template <class T>
std::shared_ptr<const CudaPlan> NetworkCuda<T>::plan(CudaLane& lane, NetworkMemory& memory,
                                                     std::span<const Shape<4>> inputs) {
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<const CudaPlan>& made = plans_[{inputs.begin(), inputs.end()}];
  if (!made) made = make_plan(lane, memory, inputs);
  memory.prepare(lane, made->layout.arena_bytes);
  return made;
}

template <class T>
std::shared_ptr<const CudaPlan> NetworkCuda<T>::make_plan(CudaLane& lane, NetworkMemory& memory,
                                                          std::span<const Shape<4>> inputs) {
  auto plan = std::make_shared<CudaPlan>();
  plan->layout = make_device_plan(model_.graph, inputs, sizeof(T));
  memory.prepare(lane, plan->layout.arena_bytes);
  for (const DeviceStep& step : plan->layout.steps) {
    StepEngine engine = engine_of(lane, plan->layout, step, memory.begin());
    if (const auto* convolution = std::get_if<ConvolutionPlan>(&engine.work)) {
      plan->workspace_bytes = std::max(plan->workspace_bytes, convolution->workspace_bytes());
    } else if (const auto* linear = std::get_if<LinearCuda>(&engine.work)) {
      plan->workspace_bytes = std::max(plan->workspace_bytes, linear->workspace_bytes());
    }
    plan->engines.push_back(std::move(engine));
  }
  model_.weights.clear();  // every layer is in every plan
  return plan;
}

template <class T>
auto NetworkCuda<T>::weights_of(const CudaLane& lane, const DeviceStep& step)
    -> const LayerWeights& {
  const auto* convolution = std::get_if<ConvolutionStep>(&step.work);
  const auto* linear = std::get_if<LinearStep>(&step.work);
  const std::string& name = convolution != nullptr ? convolution->parameters : linear->parameters;
  const auto known = uploaded_.find(name);
  if (known != uploaded_.end()) return known->second;
  const DeviceValue& input = step.inputs.front();
  const PackedLayer packed = convolution != nullptr
                                 ? pack(*convolution, input.stride, model_.weights)
                                 : pack(*linear, input, model_.weights);
  LayerWeights weights{upload<T>(lane, packed.weight), {}};
  if (!packed.bias.empty()) weights.bias = upload<T>(lane, packed.bias);
  return uploaded_.emplace(name, std::move(weights)).first->second;
}

template <class T>
ConvolutionPlan NetworkCuda<T>::convolution_of(CudaLane& lane, const DevicePlan& layout,
                                               const DeviceStep& step, const LayerWeights& weights,
                                               std::byte* arena) const {
  EngineSearch search{.choices = options_.choices, .scope = scope_};
  const ConvolutionPointers pointers =
      pointers_of(layout, step, weights.weight.data(), weights.bias.data(), arena);
  const auto enqueue = [&](const ConvolutionPlan& plan) {
    plan.run(lane.cudnn(), pointers, lane.workspace(plan.workspace_bytes()));
  };
  search.works = [&](const ConvolutionPlan& plan) { return runs(lane, [&] { enqueue(plan); }); };
  if (options_.tune) {
    search.time = [&](const ConvolutionPlan& plan) {
      return time_of(lane, [&] { enqueue(plan); });
    };
  }
  return choose_engine(spec_of(step, options_.precision), {device_, planner_.get()}, search);
}

template <class T>
StepEngine NetworkCuda<T>::engine_of(CudaLane& lane, const DevicePlan& layout,
                                     const DeviceStep& step, std::byte* arena) {
  if (std::holds_alternative<KernelStep>(step.work)) return {};
  const LayerWeights& weights = weights_of(lane, step);
  StepEngine engine{.weight = weights.weight.data(), .bias = weights.bias.data()};
  if (const auto* linear = std::get_if<LinearStep>(&step.work)) {
    engine.work.template emplace<LinearCuda>(lane, *linear, options_.precision, engine.bias);
  } else {
    engine.work.template emplace<ConvolutionPlan>(
        convolution_of(lane, layout, step, weights, arena));
  }
  return engine;
}

template <class T>
void NetworkCuda<T>::run(CudaLane& lane, const NetworkMemory& memory, const CudaPlan& plan) const {
  void* workspace = lane.workspace(plan.workspace_bytes);
  std::byte* arena = memory.begin();
  for (std::size_t i = 0; i < plan.engines.size(); ++i) {
    const DeviceStep& step = plan.layout.steps[i];
    const StepEngine& engine = plan.engines[i];
    if (const auto* convolution = std::get_if<ConvolutionPlan>(&engine.work)) {
      convolution->run(lane.cudnn(),
                       pointers_of(plan.layout, step, engine.weight, engine.bias, arena),
                       workspace);
    } else if (const auto* linear = std::get_if<LinearCuda>(&engine.work)) {
      linear->run(lane, address(plan.layout, step.output, arena),
                  address(plan.layout, step.inputs.front(), arena), engine.weight, workspace);
    } else {
      enqueue_kernel_step<T>(lane.stream(), plan.layout, step, arena);
    }
  }
}

template class NetworkCuda<float>;
template class NetworkCuda<__half>;
template class NetworkCuda<__nv_bfloat16>;

}  // namespace roiflow
