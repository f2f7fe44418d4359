#include "stages/cudnn/convolution_plan.hpp"

#include "stages/cudnn/convolution_graph.hpp"

namespace roiflow {
namespace {

/// A plan for the target, described by `describe`; by its handle, or as for a described device:
/// which of them a version of cuDNN takes is not the same for all.
template <class Describe>
std::optional<BackendDescriptor> finalized(const PlanTarget& target, const std::string& name,
                                           const Describe& describe) {
  for (const bool by_handle : {true, false}) {
    if (by_handle && target.handle == nullptr) continue;
    BackendDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, name);
    if (by_handle) {
      plan.set_handle(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, target.handle);
    } else {
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, target.device);
    }
    describe(plan);
    if (plan.try_finalize()) return plan;
  }
  return std::nullopt;
}

}  // namespace

ConvolutionPlan::ConvolutionPlan(BackendDescriptor plan, std::string name)
    : plan_(std::move(plan)), name_(std::move(name)) {
  const auto bytes = plan_.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, 1);
  workspace_bytes_ = static_cast<std::size_t>(bytes.front());
}

std::optional<ConvolutionPlan> ConvolutionPlan::try_make(const Engine& engine,
                                                         const PlanTarget& target,
                                                         const std::string& name) {
  auto plan = finalized(target, name, [&](BackendDescriptor& described) {
    described.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, engine.config);
  });
  if (!plan) return std::nullopt;
  return ConvolutionPlan(std::move(*plan), name);
}

std::optional<ConvolutionPlan> ConvolutionPlan::try_load(const std::string& json,
                                                         const PlanTarget& target,
                                                         const std::string& name) {
  auto plan = finalized(target, name, [&](BackendDescriptor& described) {
    described.set(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, json);
  });
  if (!plan) return std::nullopt;
  return ConvolutionPlan(std::move(*plan), name);
}

std::string ConvolutionPlan::json() const {
  return plan_.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION);
}

void ConvolutionPlan::run(cudnnHandle_t handle, const ConvolutionPointers& pointers,
                          void* workspace) const {
  std::vector<std::int64_t> ids;
  std::vector<void*> addresses;
  const auto bind = [&](TensorId id, void* address) {
    if (address == nullptr) return;
    ids.push_back(static_cast<std::int64_t>(id));
    addresses.push_back(address);
  };
  bind(TensorId::x, pointers.x);
  bind(TensorId::w, pointers.w);
  bind(TensorId::y, pointers.y);
  bind(TensorId::z, pointers.z);
  bind(TensorId::bias, pointers.bias);
  BackendDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, name_);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses);
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
  pack.finalize();
  cudnn_check(cudnnBackendExecute(handle, plan_.raw(), pack.raw()), name_ + " did not run");
}

}  // namespace roiflow
