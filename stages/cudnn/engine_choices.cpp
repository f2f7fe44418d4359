#include "stages/cudnn/engine_choices.hpp"

namespace roiflow {

std::optional<std::string> EngineChoices::find(const std::string& scope,
                                               const std::string& key) const {
  const std::scoped_lock lock(mutex_);
  const auto plans = scopes_.find(scope);
  if (plans == scopes_.end()) return std::nullopt;
  const auto plan = plans->second.find(key);
  return plan == plans->second.end() ? std::nullopt : std::optional(plan->second);
}

void EngineChoices::put(const std::string& scope, const std::string& key, std::string plan) {
  const std::scoped_lock lock(mutex_);
  scopes_[scope].insert_or_assign(key, std::move(plan));
}

EngineChoices::Scopes EngineChoices::all() const {
  const std::scoped_lock lock(mutex_);
  return scopes_;
}

}  // namespace roiflow
