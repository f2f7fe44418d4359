/// A record of a JSON-lines file.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace roiflow {

/// One line with its end; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] inline std::string json_line(const nlohmann::ordered_json& record) {
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace roiflow
