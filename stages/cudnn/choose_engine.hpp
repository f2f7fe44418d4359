/// The engine with which a convolution is computed: a stored choice, else the fastest of a timing,
/// else the first that cuDNN's heuristics name.
///
/// Example: ConvolutionPlan plan = choose_engine(spec, {device, handle}, {.choices = &choices});
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "stages/cudnn/convolution_graph.hpp"
#include "stages/cudnn/convolution_plan.hpp"
#include "stages/cudnn/engine_choices.hpp"

namespace roiflow {

struct EngineSearch {
  EngineChoices* choices = nullptr;  ///< read first; what was timed is put there. Or null
  std::string scope;                 ///< of the choices
  /// Whether a plan runs: one that was made may still fail. Empty: all do.
  std::function<bool(const ConvolutionPlan&)> works;
  /// Milliseconds that a plan takes; empty: nothing is timed.
  std::function<double(const ConvolutionPlan&)> time;
  std::size_t workspace_bytes = std::size_t{256} << 20U;  ///< engines that want more are left out
  int timed = 10;  ///< so many of the offered engines are timed
};

/// Throws Error{device} if no engine can do it.
ConvolutionPlan choose_engine(const ConvolutionSpec& spec, const PlanTarget& target,
                              const EngineSearch& search);

/// "cuDNN 91900, NVIDIA H200, 9.0, driver 13000": of the device described.
std::string scope_of(const BackendDescriptor& device);

}  // namespace roiflow
