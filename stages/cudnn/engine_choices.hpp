/// Which engine was chosen for each convolution, as text: kept from run to run, so that engines are
/// timed once, and so that two runs that read the same choices give the same bits. Thread-safe.
///
/// A choice holds for one device, driver and version of cuDNN; `scope` names them. Choices of other
/// scopes are kept and not used.
///
/// Example: EngineChoices choices;  choices.put(scope, spec.key(), plan.json());
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace roiflow {

class EngineChoices {
 public:
  using Plans = std::map<std::string, std::string>;  ///< by the key of the work
  using Scopes = std::map<std::string, Plans>;

  EngineChoices() = default;
  explicit EngineChoices(Scopes stored) : scopes_(std::move(stored)) {}

  [[nodiscard]] std::optional<std::string> find(const std::string& scope,
                                                const std::string& key) const;
  void put(const std::string& scope, const std::string& key, std::string plan);
  /// For storing.
  [[nodiscard]] Scopes all() const;

 private:
  mutable std::mutex mutex_;
  Scopes scopes_;
};

}  // namespace roiflow
