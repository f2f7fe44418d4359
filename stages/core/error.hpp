/// Errors of the whole program: one code per way a run can end, and a sentence for the reader.
///
/// `Error` is for expected problems (bad input, full disk, wrong option). Its text names the file,
/// the item (index, id, JSON pointer or byte offset), what was expected, what was found, and the
/// option that changes it. Anything else that is thrown is a bug and ends the program with
/// `ErrorCode::internal`.
///
/// Example: require(width > 0, ErrorCode::bad_data, "{}: image {}: width must be positive, found
/// {}",
///                  path, id, width);
#pragma once

#include <utility>

#include <fmt/format.h>

#include "stages/core/error_code.hpp"

namespace roiflow {

template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(code, fmt::format(text, std::forward<Args>(args)...));
}

/// Throws Error{code} with the formatted sentence unless `condition` holds.
template <class... Args>
void require(bool condition, ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  if (!condition) fail(code, text, std::forward<Args>(args)...);
}

}  // namespace roiflow
