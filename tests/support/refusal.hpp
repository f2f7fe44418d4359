/// What a reader says when it refuses.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"

namespace roiflow::test {

/// The message of the Error{bad_data} that `read` ends with, or "accepted".
std::string refusal(const auto& read) {
  try {
    read();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "accepted";
}

}  // namespace roiflow::test
