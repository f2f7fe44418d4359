/// What any HDF5 file of ours holds: its format, attributes and arrays, whatever they mean.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace roiflow {

struct FileArray {
  std::string name;  ///< "/images/id"
  std::string type;  ///< "int64"
  std::vector<std::int64_t> shape;
  [[nodiscard]] std::int64_t elements() const;
};

struct FileInfo {
  using Value = std::variant<std::int64_t, double, std::string>;
  std::string format;  ///< "roiflow-dataset"
  std::int64_t version = 0;
  std::uint64_t bytes = 0;                                ///< size of the file
  std::vector<std::pair<std::string, Value>> attributes;  ///< other ones of the root, sorted
  std::vector<FileArray> arrays;                          ///< sorted by name
};

/// Error{no_input}; Error{bad_data} if it is no HDF5 file, or none of ours (no attribute `format`).
[[nodiscard]] FileInfo file_info(const std::filesystem::path& path);

}  // namespace roiflow
