/// A fused convolution made ready to run by one engine, and its text form, from which it is made
/// again without asking the heuristics.
///
/// Errors: Error{device}.
///
/// Example: auto plan = ConvolutionPlan::try_make(engines.front(), {device, handle}, name);
///          plan->run(handle, {.x = x, .w = w, .y = y, .bias = b}, workspace);
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "stages/cudnn/backend_descriptor.hpp"
#include "stages/cudnn/engines.hpp"

namespace roiflow {

/// Addresses on the device, aligned to 16 bytes; null for what the graph does not have.
struct ConvolutionPointers {
  void* x = nullptr;
  void* w = nullptr;
  void* y = nullptr;
  void* z = nullptr;
  void* bias = nullptr;
};

/// For whom a plan is made: the device of a handle, or one that is only described.
struct PlanTarget {
  const BackendDescriptor& device;
  cudnnHandle_t handle = nullptr;  ///< none: the plan is not meant to run here
};

class ConvolutionPlan {
 public:
  /// Nothing if the engine cannot do it after all.
  static std::optional<ConvolutionPlan> try_make(const Engine& engine, const PlanTarget& target,
                                                 const std::string& name);
  /// From json(); nothing if this cuDNN or device does not take it.
  static std::optional<ConvolutionPlan> try_load(const std::string& json, const PlanTarget& target,
                                                 const std::string& name);

  [[nodiscard]] std::size_t workspace_bytes() const { return workspace_bytes_; }
  [[nodiscard]] std::string json() const;

  /// Enqueues on the handle's stream. `workspace` has workspace_bytes().
  void run(cudnnHandle_t handle, const ConvolutionPointers& pointers, void* workspace) const;

 private:
  ConvolutionPlan(BackendDescriptor plan, std::string name);

  BackendDescriptor plan_;
  std::string name_;
  std::size_t workspace_bytes_ = 0;
};

}  // namespace roiflow
