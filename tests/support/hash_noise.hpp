/// Numbers that look random and are the same here and in the Python script that makes the golden
/// values (tests/reference/hash_noise.py): large inputs need not be stored.
///
/// Element i of a stream is splitmix64(stream * 2^32 + i), its top 24 bits as a fraction: an exact
/// float32 in [0, 1). Scaled by low + (high - low) * u in float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace roiflow {

inline float hash_noise(std::uint64_t stream, std::uint64_t index) {
  std::uint64_t z = (stream << 32U) + index + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  return static_cast<float>(z >> 40U) / 16777216.0F;
}

inline std::vector<float> hash_noise(std::uint64_t stream, std::size_t count, float low,
                                     float high) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = low + (high - low) * hash_noise(stream, i);
  return values;
}

}  // namespace roiflow
