/// The engines that cuDNN offers for a graph on a device, and which of them we use.
///
/// Reference: cuDNN 9, "Graph API": heuristics (mode A, then the fallback list), numerical and
/// behaviour notes.
///
/// Example: const std::vector<Engine> engines = usable_engines(graph, device, Precision::f16,
/// name);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/cudnn/backend_descriptor.hpp"
#include "stages/kernels/element.hpp"

namespace roiflow {

/// What cuDNN says of how an engine computes.
struct EngineNotes {
  bool runtime_compiled = false;  ///< its kernel is compiled when the plan is made
  bool tensor_core = false;
  bool down_converts = false;      ///< inputs become a narrower type, and may overflow
  bool reduced_reduction = false;  ///< sums in less than float32
  bool transformed = false;        ///< Winograd or Fourier transforms: other rounding
  bool nondeterministic = false;   ///< two runs may differ
};

struct Engine {
  BackendDescriptor config;
  std::int64_t index = 0;  ///< cuDNN's global number of the engine
  EngineNotes notes;
};

/// The engines that we use, the best first: allowed ones of mode A, or of the fallback list where
/// there is none; ready-made ones before those that have to be compiled. Empty if there is none.
std::vector<Engine> usable_engines(const BackendDescriptor& graph, const BackendDescriptor& device,
                                   Precision precision, const std::string& name);

/// Results must not depend on the run, sums are float32, inputs keep their type; and `f32` takes no
/// tensor cores, which would round float32 inputs to 10 bits.
bool is_allowed(const EngineNotes& notes, Precision precision);

}  // namespace roiflow
