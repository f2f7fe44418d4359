/// Inside of the VOC room: the category table.
#pragma once

#include <string>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

/// The rule of voc_devkit.hpp; `names` sorted, each once.
[[nodiscard]] std::vector<Category> voc_categories(const std::vector<std::string>& names);

}  // namespace roiflow
