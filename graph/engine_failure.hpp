/// What an exception from an engine means for its frames.
#pragma once

#include <exception>
#include <string>

#include "stages/core/error.hpp"

namespace roiflow {

struct EngineFailure {
  Failure failure;
  bool is_bug = false;  ///< to be rethrown when the run has ended
};

/// Error{device} and a lack of memory are a lost device; anything else is a bug. `node` is the
/// failure's stage.
EngineFailure engine_failure(const std::exception_ptr& error, const std::string& node);

}  // namespace roiflow
