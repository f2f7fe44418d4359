/// A run that is complete already, so that `--resume` may be asked again and again, by a script
/// that does not know how the last attempt ended.
#pragma once

#include <optional>
#include <string>

#include "apps/run/run_directory.hpp"

namespace roiflow {

/// The exit code that the run in this directory ended with, if it is complete, nothing of it is
/// open, and its report names the same identity (run_identity.hpp). Says so on stdout. If it is
/// complete and names another identity: Error{bad_data} that says what differs.
[[nodiscard]] std::optional<int> finished_before(const RunDirectory& directory,
                                                 const std::string& identity);

}  // namespace roiflow
