#include "stages/semantic/semantic_classes.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace roiflow {

SemanticClasses numbered_classes(int count, int ignore_label) {
  SemanticClasses classes{.ignore_label = ignore_label};
  for (int value = 0; value < count; ++value) {
    if (value == ignore_label) continue;
    classes.values.push_back(static_cast<std::uint8_t>(value));
    classes.names.push_back(fmt::format("class {}", value));
  }
  return classes;
}

SemanticClasses classes_of(const std::vector<Category>& categories, int ignore_label) {
  constexpr std::int64_t highest = 255;
  std::map<std::int64_t, std::string> names = {{0, "background"}};
  for (const Category& category : categories) names[category.id] = category.name;
  SemanticClasses classes{.ignore_label = ignore_label};
  for (const auto& [value, name] : names) {
    if (value < 0 || value > highest || value == ignore_label) continue;
    classes.values.push_back(static_cast<std::uint8_t>(value));
    classes.names.push_back(name);
  }
  return classes;
}

int highest_label(const LabelMap& map, int ignore_label) {
  int highest = -1;
  for (const int value : map.labels) {
    if (value != ignore_label) highest = std::max(highest, value);
  }
  return highest;
}

}  // namespace roiflow
