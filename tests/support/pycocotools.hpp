/// The reference implementation, where it is installed: an interpreter with pycocotools, named by
/// ROIFLOW_PYCOCO_PYTHON or else python3.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace roiflow::test {

/// Nothing if pycocotools is not there: the test has to say so, by name.
inline std::optional<std::string> pycocotools_python() {
  const char* named = std::getenv("ROIFLOW_PYCOCO_PYTHON");
  std::string python = named != nullptr && *named != '\0' ? named : "python3";
  const std::string probe = "'" + python + "' -c 'import pycocotools.cocoeval' >/dev/null 2>&1";
  if (std::system(probe.c_str()) != 0) return std::nullopt;
  return python;
}

inline const std::string no_pycocotools =
    "no pycocotools; set ROIFLOW_PYCOCO_PYTHON to an interpreter that has it";

}  // namespace roiflow::test
