/// Names of classes in a text file: one a line, UTF-8; the first line is the class 0.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace roiflow {

/// Blanks at the ends of lines and empty lines at the end of the file are dropped. Error{no_input};
/// Error{bad_data}, with the line's number, for an empty name, for one that occurs twice, and for
/// more than 256 (a label map has 8 bits).
[[nodiscard]] std::vector<std::string> read_class_names(const std::filesystem::path& file);

}  // namespace roiflow
