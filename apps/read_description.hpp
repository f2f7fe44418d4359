/// The text of a model description (configs/*.ini).
#pragma once

#include <string>

namespace roiflow {

/// Error{no_input}; Error{bad_data} if the file is far too long to be one.
[[nodiscard]] std::string read_description(const std::string& path);

}  // namespace roiflow
