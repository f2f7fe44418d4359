#include "stages/cudnn/choose_engine.hpp"

#include <functional>

#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/cudnn/device_properties.hpp"
#include "stages/cudnn/engines.hpp"

namespace roiflow {
namespace {

bool is_good(const ConvolutionPlan& plan, const EngineSearch& search) {
  return plan.workspace_bytes() <= search.workspace_bytes && (!search.works || search.works(plan));
}

/// The first `most` engines that make a plan which runs within the limit of workspace.
std::vector<ConvolutionPlan> plans_of(const ConvolutionSpec& spec, const PlanTarget& target,
                                      const EngineSearch& search, int most) {
  const std::string name = spec.key();
  const std::vector<Engine> engines =
      usable_engines(convolution_graph(spec, target.handle), target.device, spec.precision, name);
  std::vector<ConvolutionPlan> plans;
  for (const Engine& engine : engines) {
    if (std::ssize(plans) == most) break;
    std::optional<ConvolutionPlan> plan = ConvolutionPlan::try_make(engine, target, name);
    if (plan && is_good(*plan, search)) plans.push_back(std::move(*plan));
  }
  require(!plans.empty(), ErrorCode::device,
          "cuDNN offers {} engines for {} on this device, and none of them runs within {} bytes of "
          "workspace (--batch sets how large the work is)",
          engines.size(), name, search.workspace_bytes);
  return plans;
}

ConvolutionPlan fastest(std::vector<ConvolutionPlan> plans, const EngineSearch& search) {
  std::size_t best = 0;
  double best_time = search.time(plans[0]);
  for (std::size_t i = 1; i < plans.size(); ++i) {
    const double time = search.time(plans[i]);
    if (time < best_time) {
      best = i;
      best_time = time;
    }
  }
  return std::move(plans[best]);
}

/// The text that follows a key in the device's description, up to the end of the value.
std::string field(const std::string& json, const std::string& key) {
  const auto at = json.find('"' + key + '"');
  if (at == std::string::npos) return "?";
  const auto begin = json.find_first_not_of(" :\"", at + key.size() + 2);
  const auto end = json.find_first_of("\",}", begin);
  return json.substr(begin, end - begin);
}

}  // namespace

ConvolutionPlan choose_engine(const ConvolutionSpec& spec, const PlanTarget& target,
                              const EngineSearch& search) {
  const std::string key = spec.key();
  if (search.choices != nullptr) {
    if (const auto stored = search.choices->find(search.scope, key)) {
      auto plan = ConvolutionPlan::try_load(*stored, target, key);
      if (plan && is_good(*plan, search)) return std::move(*plan);
    }
  }
  if (!search.time) return std::move(plans_of(spec, target, search, 1).front());
  ConvolutionPlan plan = fastest(plans_of(spec, target, search, search.timed), search);
  if (search.choices != nullptr) search.choices->put(search.scope, key, plan.json());
  return plan;
}

std::string scope_of(const BackendDescriptor& device) {
  const std::string json = device_json(device);
  return fmt::format("cuDNN {}, {}, sm {}, driver {}", cudnnGetVersion(), field(json, "deviceName"),
                     field(json, "deviceVer"), field(json, "driverVer"));
}

}  // namespace roiflow
