#include "io/weights/element_type.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace roiflow {
namespace {

template <class T, class Convert>
void convert_all(const std::uint8_t* source, std::span<float> out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, source + i * sizeof(T), sizeof(T));
    out[i] = convert(value);
  }
}

template <class T>
void cast_all(const std::uint8_t* source, std::span<float> out) {
  convert_all<T>(source, out, [](T value) { return static_cast<float>(value); });
}

}  // namespace

std::size_t bytes_of(ElementType type) {
  switch (type) {
    case ElementType::float64:
    case ElementType::int64:
    case ElementType::uint64:
      return 8;
    case ElementType::float32:
    case ElementType::int32:
    case ElementType::uint32:
      return 4;
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::int16:
    case ElementType::uint16:
      return 2;
    case ElementType::int8:
    case ElementType::uint8:
    case ElementType::boolean:
      return 1;
  }
  return 1;
}

std::string_view name(ElementType type) {
  switch (type) {
    case ElementType::float64:
      return "float64";
    case ElementType::float32:
      return "float32";
    case ElementType::float16:
      return "float16";
    case ElementType::bfloat16:
      return "bfloat16";
    case ElementType::int64:
      return "int64";
    case ElementType::int32:
      return "int32";
    case ElementType::int16:
      return "int16";
    case ElementType::int8:
      return "int8";
    case ElementType::uint64:
      return "uint64";
    case ElementType::uint32:
      return "uint32";
    case ElementType::uint16:
      return "uint16";
    case ElementType::uint8:
      return "uint8";
    case ElementType::boolean:
      return "bool";
  }
  return "unknown";
}

void to_float(ElementType type, const std::uint8_t* source, std::span<float> out) {
  switch (type) {
    case ElementType::float64:
      return cast_all<double>(source, out);
    case ElementType::float32:
      return cast_all<float>(source, out);
    case ElementType::float16:
      return convert_all<std::uint16_t>(source, out, from_half);
    case ElementType::bfloat16:
      return convert_all<std::uint16_t>(source, out, [](std::uint16_t bits) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
      });
    case ElementType::int64:
      return cast_all<std::int64_t>(source, out);
    case ElementType::int32:
      return cast_all<std::int32_t>(source, out);
    case ElementType::int16:
      return cast_all<std::int16_t>(source, out);
    case ElementType::int8:
      return cast_all<std::int8_t>(source, out);
    case ElementType::uint64:
      return cast_all<std::uint64_t>(source, out);
    case ElementType::uint32:
      return cast_all<std::uint32_t>(source, out);
    case ElementType::uint16:
      return cast_all<std::uint16_t>(source, out);
    case ElementType::uint8:
      return cast_all<std::uint8_t>(source, out);
    case ElementType::boolean:
      return convert_all<std::uint8_t>(source, out,
                                       [](std::uint8_t v) { return v != 0 ? 1.0F : 0.0F; });
  }
}

void to_double(ElementType type, const std::uint8_t* source, std::span<double> out) {
  if (type == ElementType::float64) {
    std::memcpy(out.data(), source, out.size_bytes());
    return;
  }
  std::vector<float> rounded(out.size());
  to_float(type, source, rounded);
  std::copy(rounded.begin(), rounded.end(), out.begin());
}

std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000U) {
    half = 0x7e00U;  // not a number
  } else if (magnitude >= 0x47800000U) {
    half = 0x7c00U;  // 65536 and more
  } else if (magnitude < 0x38800000U) {
    // Below 2^-14 the spacing of a half is fixed at 2^-24; adding 0.5 makes a float with exactly
    // that spacing, so the addition does the rounding and the low bits are the answer.
    const float rounded = std::bit_cast<float>(magnitude) + 0.5F;
    half = std::bit_cast<std::uint32_t>(rounded) - std::bit_cast<std::uint32_t>(0.5F);
  } else {
    const std::uint32_t odd = (magnitude >> 13U) & 1U;
    half = (magnitude - (112U << 23U) + 0xfffU + odd) >> 13U;
  }
  return static_cast<std::uint16_t>(sign | half);
}

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  const std::uint32_t magnitude = bits & 0x7fffU;
  if (magnitude >= 0x7c00U) {
    return std::bit_cast<float>(sign | 0x7f800000U | ((magnitude & 0x3ffU) << 13U));
  }
  if (magnitude < 0x400U) {
    const float value = static_cast<float>(magnitude) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  return std::bit_cast<float>(sign | ((magnitude << 13U) + (112U << 23U)));
}

}  // namespace roiflow
