/// The two attributes by which our files are known: `format` (text) and `version` (integer).
#pragma once

#include <cstdint>
#include <string_view>

#include "io/hdf5/hdf5.hpp"

namespace roiflow::hdf5 {

struct FileFormat {
  std::string_view name;  ///< "roiflow-dataset"
  std::int64_t version = 1;
  std::string_view what;       ///< for messages: "a data set"
  std::string_view hint = {};  ///< for messages: how to get such a file
};

/// The root of a file of this format; otherwise Error{bad_data} says what it is instead.
[[nodiscard]] Group open_root(const File& file, const FileFormat& format);

void write_format(Group& root, std::string_view name, std::int64_t version);

}  // namespace roiflow::hdf5
