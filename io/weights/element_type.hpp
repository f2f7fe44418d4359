/// Element types that weight files store, and their conversion to float32.
///
/// All files are little-endian. float16 and bfloat16 convert exactly; float64 and integers round
/// to nearest. Boolean is 0 or 1 (any non-zero byte is 1).
///
/// Example: bytes 00 3c as float16 are 1.0f; to_half(1.0f) == 0x3c00.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace roiflow {

enum class ElementType {
  float64,
  float32,
  float16,
  bfloat16,
  int64,
  int32,
  int16,
  int8,
  uint64,
  uint32,
  uint16,
  uint8,
  boolean
};

/// 8, 4, 2 or 1.
std::size_t bytes_of(ElementType type);
/// "float32" and so on, for messages.
std::string_view name(ElementType type);

/// Converts out.size() consecutive elements that begin at `source` (no alignment needed).
void to_float(ElementType type, const std::uint8_t* source, std::span<float> out);
/// The same in float64; integers beyond 2^24 and everything that is no float64 go through float32.
void to_double(ElementType type, const std::uint8_t* source, std::span<double> out);

/// IEEE 754 binary16, round to nearest even; too large becomes infinity.
std::uint16_t to_half(float value);
float from_half(std::uint16_t bits);

}  // namespace roiflow
