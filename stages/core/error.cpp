#include "stages/core/error.hpp"

namespace roiflow {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::bad_data:
      return "bad data";
    case ErrorCode::no_input:
      return "no input";
    case ErrorCode::device:
      return "device";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::cannot_create:
      return "cannot create";
    case ErrorCode::io:
      return "input/output";
    case ErrorCode::busy:
      return "busy";
  }
  return "unknown";
}

}  // namespace roiflow
