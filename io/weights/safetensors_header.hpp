/// The JSON header of a .safetensors file: parsed strictly, without trust. Inside of
/// io/safetensors.hpp; its rules are stated there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace roiflow {

/// One tensor as the header describes it; not yet compared with the file.
struct SafetensorsEntry {
  std::string name, dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes after the header
};

/// Throws Error{bad_data}: not JSON, a key twice, an unknown or missing field, a wrong type, a
/// negative or fractional number, "__metadata__" that is not a map of texts.
std::vector<SafetensorsEntry> parse_safetensors_header(std::span<const std::uint8_t> json,
                                                       const std::string& path);

}  // namespace roiflow
