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

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace roiflow {

/// The value is the exit code of the process (sysexits.h where it has one).
enum class ErrorCode : int {
  usage = 64,          ///< wrong command line, unknown key in a config
  bad_data = 65,       ///< an input exists but its content is not what it has to be
  no_input = 66,       ///< an input does not exist or cannot be opened
  device = 69,         ///< the asked-for device is missing or was lost
  internal = 70,       ///< a bug in this program
  cannot_create = 73,  ///< an output cannot be created
  io = 74,             ///< reading or writing failed half-way (disk full, ...)
  busy = 75,           ///< somebody else works on the same thing; try again later
};

/// "bad data" for ErrorCode::bad_data, and so on; for logs and errors.jsonl.
std::string_view name(ErrorCode code);

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// Why one frame could not be processed; travels through the graph as data.
struct Failure {
  ErrorCode code = ErrorCode::internal;
  std::string stage;    ///< the node that gave up, e.g. "decode"
  std::string message;  ///< the sentence of the Error
};

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
