#include "io/class_names.hpp"

#include <algorithm>
#include <sstream>

#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t most_names = 256;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20U;

std::string trimmed(const std::string& line) {
  constexpr const char* blanks = " \t\r";
  const std::size_t first = line.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::vector<std::string> read_class_names(const std::filesystem::path& file) {
  const InputFile input(file.string());
  require(input.size() <= most_bytes, ErrorCode::bad_data,
          "{}: expected names of classes, one a line, found {} bytes", input.path(), input.size());
  const auto bytes = input.read(0, input.size(), "names of classes");
  std::istringstream text(std::string(bytes.begin(), bytes.end()));
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) names.push_back(trimmed(line));
  while (!names.empty() && names.back().empty()) names.pop_back();
  require(!names.empty() && names.size() <= most_names, ErrorCode::bad_data,
          "{}: expected 1 to {} names of classes, one a line, found {}", input.path(), most_names,
          names.size());
  for (auto name = names.begin(); name != names.end(); ++name) {
    const auto line = name - names.begin() + 1;
    require(!name->empty(), ErrorCode::bad_data,
            "{}: line {}: expected the name of a class, found an empty line", input.path(), line);
    require(std::find(names.begin(), name, *name) == name, ErrorCode::bad_data,
            "{}: line {}: expected every name once, found '{}' again", input.path(), line, *name);
  }
  return names;
}

}  // namespace roiflow
