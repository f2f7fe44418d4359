#include "apps/read_description.hpp"

#include <cstdint>

#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

std::string read_description(const std::string& path) {
  constexpr std::uint64_t max_description_bytes = 1U << 20U;
  const InputFile file(path);
  require(file.size() <= max_description_bytes, ErrorCode::bad_data,
          "{}: expected a description of at most {} bytes, found {}", path, max_description_bytes,
          file.size());
  const auto bytes = file.read(0, file.size(), "description");
  return {bytes.begin(), bytes.end()};
}

}  // namespace roiflow
