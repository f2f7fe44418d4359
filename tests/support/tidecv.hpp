/// tidecv, where it is installed: an interpreter that has it, named by ROIFLOW_TIDE_PYTHON, or the
/// one that tests/reference/tide_python.sh made in build/, or python3.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace roiflow::test {

/// Nothing if tidecv is not there: the test has to say so, by name.
inline std::optional<std::string> tidecv_python() {
  const char* named = std::getenv("ROIFLOW_TIDE_PYTHON");
  const std::string made = std::string(ROIFLOW_SOURCE_DIR) + "/build/tidecv/bin/python";
  std::string python = named != nullptr && *named != '\0' ? named
                       : std::filesystem::exists(made)    ? made
                                                          : "python3";
  const std::string probe = "'" + python + "' -c 'import tidecv' >/dev/null 2>&1";
  if (std::system(probe.c_str()) != 0) return std::nullopt;
  return python;
}

inline const std::string no_tidecv =
    "no tidecv; tests/reference/tide_python.sh installs it, or set ROIFLOW_TIDE_PYTHON";

}  // namespace roiflow::test
