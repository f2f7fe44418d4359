/// By what classes are called in JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace roiflow {

/// The names of classes; those that occur twice get " (ID)" behind them.
template <class Class>
[[nodiscard]] std::vector<std::string> class_keys(const std::vector<Class>& classes) {
  std::map<std::string, int> uses;
  for (const Class& of_class : classes) ++uses[of_class.name];
  std::vector<std::string> keys;
  keys.reserve(classes.size());
  for (const Class& of_class : classes) {
    keys.push_back(uses[of_class.name] == 1
                       ? of_class.name
                       : fmt::format("{} ({})", of_class.name, of_class.category_id));
  }
  return keys;
}

}  // namespace roiflow
