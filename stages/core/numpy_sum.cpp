#include "stages/core/numpy_sum.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace roiflow {
namespace {

double pairwise_sum(std::span<const double> v) {
  constexpr std::size_t lanes = 8, block = 128;
  if (v.size() < lanes) {
    double sum = 0;
    for (const double value : v) sum += value;
    return sum;
  }
  if (v.size() > block) {
    const std::size_t half = v.size() / 2 / lanes * lanes;
    return pairwise_sum(v.first(half)) + pairwise_sum(v.subspan(half));
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

}  // namespace

double numpy_sum(std::span<const double> values, NumpyOrder order) {
  if (order == NumpyOrder::pairwise) return pairwise_sum(values);
  constexpr std::size_t buffer = 8192;  // numpy.getbufsize()
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); i += buffer) {
    sum += pairwise_sum(values.subspan(i, std::min(buffer, values.size() - i)));
  }
  return sum;
}

double numpy_mean(std::span<const double> values, NumpyOrder order) {
  return numpy_sum(values, order) / static_cast<double>(values.size());
}

}  // namespace roiflow
