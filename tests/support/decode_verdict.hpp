/// What decoding makes of bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
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

inline constexpr DecodeLimits accepting{.accept_truncated = true};

/// The greatest difference between the pixels and one colour.
inline int furthest(const Image& image, const std::array<int, 3>& colour) {
  int worst = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    worst = std::max(worst, std::abs(image.rgb[i] - colour[i % 3]));
  }
  return worst;
}

/// All notes, each with a line of its own.
inline std::string notes_of(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {}) {
  std::string lines;
  for (const std::string& text : decode_noted(bytes, limits).notes.texts) lines += text + '\n';
  return lines;
}

}  // namespace roiflow::test
