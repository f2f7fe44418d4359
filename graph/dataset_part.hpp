/// Which images of a data set a run is about.
#pragma once

#include <cstdint>
#include <functional>

namespace roiflow {

/// Rows first .. first + count - 1. `stop` is asked before each of them; when it says true no more
/// are read, the frames under way are finished, and the run ends early (RunReport::stopped).
struct DatasetPart {
  std::int64_t first = 0;
  std::int64_t count = 0;
  const std::function<bool()>* stop = nullptr;  ///< or null
};

}  // namespace roiflow
