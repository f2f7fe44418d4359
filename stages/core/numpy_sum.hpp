/// The sum of contiguous doubles in the order in which numpy 1.24 adds them, so that means equal
/// those of the reference implementations to the last bit.
///
/// Below 8 values: left to right. Up to 128: eight running sums, added in pairs, then the rest one
/// by one. Above: both halves, the first a multiple of 8 long. No values: 0.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace roiflow {

[[nodiscard]] inline double numpy_sum(std::span<const double> v) {
  constexpr std::size_t lanes = 8, block = 128;
  if (v.size() < lanes) {
    double sum = 0;
    for (const double value : v) sum += value;
    return sum;
  }
  if (v.size() > block) {
    const std::size_t half = v.size() / 2 / lanes * lanes;
    return numpy_sum(v.first(half)) + numpy_sum(v.subspan(half));
  }
  std::array<double, lanes> r{};
  std::copy_n(v.begin(), lanes, r.begin());
  std::size_t i = lanes;
  for (; i + lanes <= v.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) r[lane] += v[i + lane];
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < v.size(); ++i) sum += v[i];
  return sum;
}

}  // namespace roiflow
