#include "stages/cudnn/engines.hpp"

#include <algorithm>

namespace roiflow {
namespace {

std::vector<BackendDescriptor> made(cudnnBackendDescriptorType_t type, std::int64_t count,
                                    const std::string& what) {
  std::vector<BackendDescriptor> descriptors;
  for (std::int64_t i = 0; i < count; ++i) descriptors.emplace_back(type, what);
  return descriptors;
}

/// cuDNN counts first what it might offer, and then gives only what the device supports. A graph
/// with a handle knows its device; `device` is for graphs without.
std::vector<BackendDescriptor> query(const BackendDescriptor& graph,
                                     const BackendDescriptor* device, cudnnBackendHeurMode_t mode,
                                     const std::string& name) {
  BackendDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "the heuristics for " + name);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  if (device != nullptr) heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *device);
  if (!heuristics.try_finalize()) return {};
  const std::int64_t offered =
      heuristics.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  std::vector<BackendDescriptor> configs =
      made(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, offered, "an engine for " + name);
  if (configs.empty()) return configs;
  const std::int64_t usable = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, configs);
  configs.erase(configs.begin() + usable, configs.end());
  return configs;
}

EngineNotes notes_of(const BackendDescriptor& engine) {
  EngineNotes notes;
  for (const auto note : engine.get<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                                 CUDNN_NUMERICAL_NOTE_TYPE_COUNT)) {
    notes.tensor_core |= note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
    notes.down_converts |= note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS;
    notes.reduced_reduction |= note == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
    notes.nondeterministic |= note == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
    notes.transformed |= note == CUDNN_NUMERICAL_NOTE_FFT ||
                         note == CUDNN_NUMERICAL_NOTE_WINOGRAD ||
                         note == CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4 ||
                         note == CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6 ||
                         note == CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13;
  }
  for (const auto note : engine.get<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                                                CUDNN_BEHAVIOR_NOTE_TYPE_COUNT)) {
    notes.runtime_compiled |= note == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
  }
  return notes;
}

}  // namespace

bool is_allowed(const EngineNotes& notes, Precision precision) {
  if (notes.nondeterministic || notes.reduced_reduction || notes.transformed) return false;
  if (notes.down_converts) return false;
  return precision != Precision::f32 || !notes.tensor_core;
}

std::vector<Engine> usable_engines(const BackendDescriptor& graph, const BackendDescriptor& device,
                                   Precision precision, const std::string& name) {
  std::vector<Engine> engines;
  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    std::vector<BackendDescriptor> configs = query(graph, &device, mode, name);
    if (configs.empty()) configs = query(graph, nullptr, mode, name);
    for (BackendDescriptor& config : configs) {
      std::vector<BackendDescriptor> engine = made(CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1, name);
      config.get(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
      const EngineNotes notes = notes_of(engine.front());
      if (!is_allowed(notes, precision)) continue;
      const std::int64_t index =
          engine.front().get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, 1).front();
      engines.push_back({std::move(config), index, notes});
    }
    if (!engines.empty()) break;
  }
  std::stable_partition(engines.begin(), engines.end(),
                        [](const Engine& e) { return !e.notes.runtime_compiled; });
  return engines;
}

}  // namespace roiflow
