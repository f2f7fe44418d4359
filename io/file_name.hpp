/// File names that come from a data set and are used below a directory of the user's choice.
#pragma once

#include <string_view>

namespace roiflow {

/// Why `name` must not be used ("a '..' component"), or "" if it stays below the directory.
[[nodiscard]] std::string_view file_name_problem(std::string_view name);

}  // namespace roiflow
