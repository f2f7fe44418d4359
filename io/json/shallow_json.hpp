/// JSON text of limited depth as a value. The text of a data set may come from anywhere, and
/// copying, printing and freeing what is nested a million deep would exhaust the stack.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "io/json/json_keys.hpp"

namespace roiflow {

/// A discarded value if it is not JSON. Error{bad_data} beginning with `item` if it is nested
/// deeper than `deepest`: what `pack` takes, and the object around it.
[[nodiscard]] nlohmann::ordered_json parse_shallow(const std::string& text, const std::string& item,
                                                   int deepest = deepest_json + 1);

}  // namespace roiflow
