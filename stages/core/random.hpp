/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): one
/// 64-bit counter and a mixing function. Everything built on it is integer arithmetic or IEEE
/// doubles with + - * / and sqrt only, so the same seed gives the same numbers with every compiler
/// and library; the distributions of <random> would not.
///
/// Example: Random(1, 0) and Random(1, 1) are unrelated streams; each repeats itself exactly.
#pragma once

#include <cstdint>

namespace roiflow {

class Random {
 public:
  /// Stream `index` of the family `seed`.
  Random(std::uint64_t seed, std::uint64_t index) : state_(mix(mix(seed + step) + index * step)) {}

  [[nodiscard]] std::uint64_t next() { return mix(state_ += step); }
  /// lowest .. highest, both possible; the span must be below 2^32.
  [[nodiscard]] int integer(int lowest, int highest) {
    const auto span = static_cast<std::uint64_t>(std::int64_t{highest} - lowest + 1);
    return static_cast<int>(lowest + static_cast<std::int64_t>((next() >> 32U) * span >> 32U));
  }
  /// [0, 1) in steps of 2^-53.
  [[nodiscard]] double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
  [[nodiscard]] double real(double lowest, double highest) {
    return lowest + (highest - lowest) * unit();
  }
  [[nodiscard]] bool chance(double probability) { return unit() < probability; }

  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

 private:
  static constexpr std::uint64_t step = 0x9E3779B97F4A7C15ULL;
  std::uint64_t state_;
};

}  // namespace roiflow
