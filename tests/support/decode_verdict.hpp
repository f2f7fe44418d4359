/// What decoding makes of bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow::test {

/// The message of the Error{bad_data} that decoding ends with, or "(decoded)".
inline std::string refusal(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {}) {
  try {
    static_cast<void>(decode(bytes, limits));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "(decoded)";
}

/// All notes, each with a line of its own.
inline std::string notes_of(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {}) {
  std::string lines;
  for (const std::string& text : decode_noted(bytes, limits).notes.texts) lines += text + '\n';
  return lines;
}

}  // namespace roiflow::test
