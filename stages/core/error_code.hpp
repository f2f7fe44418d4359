/// The types of error.hpp without its formatting, for files that nvcc compiles.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

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

}  // namespace roiflow
