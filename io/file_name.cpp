#include "io/file_name.hpp"

#include <filesystem>

namespace roiflow {

std::string_view file_name_problem(std::string_view name) {
  if (name.empty()) return "an empty name";
  if (name.find('\0') != std::string_view::npos) return "a NUL character";
  const std::filesystem::path path(name);
  if (path.is_absolute()) return "an absolute path";
  if (!path.has_filename()) return "a directory";
  for (const auto& part : path) {
    if (part == "..") return "a '..' component";
  }
  return {};
}

}  // namespace roiflow
