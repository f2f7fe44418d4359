/// JSON text of limited depth as a value. The text of a data set may come from anywhere, and
/// copying, printing and freeing what is nested a million deep would exhaust the stack.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace roiflow {

/// As deep as simdjson reads, so whatever `pack` took is given back.
inline constexpr int deepest_json = 1024;

/// A discarded value if it is not JSON. Error{bad_data} beginning with `item` if it is nested
/// deeper than `deepest`.
[[nodiscard]] nlohmann::ordered_json parse_shallow(const std::string& text, const std::string& item,
                                                   int deepest = deepest_json);

}  // namespace roiflow
