/// One line about a data set, the same in every command.
#pragma once

#include <cstdint>
#include <string>

#include "io/dataset/dataset_statistics.hpp"

namespace roiflow {

/// "80 images (13.2 MB), 815 annotations (11 crowd) in 80 categories".
[[nodiscard]] std::string dataset_summary(const DatasetStatistics& statistics);

/// "13.2 MB"; decimal units.
[[nodiscard]] std::string readable_bytes(std::int64_t bytes);

}  // namespace roiflow
