/// Where the real and the hostile test data lie; they are not part of the source tree.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace roiflow::test {

/// ROIFLOW_SHARED_DATA, or ../shared/data beside the source tree. May not exist: say so and skip.
inline std::filesystem::path shared_data() {
  const char* chosen = std::getenv("ROIFLOW_SHARED_DATA");
  if (chosen != nullptr) return chosen;
  return std::filesystem::path(ROIFLOW_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace roiflow::test
