#include "stages/voc/voc_average_precision.hpp"

#include <algorithm>
#include <vector>

#include "stages/core/numpy_sum.hpp"

namespace roiflow {
namespace {

/// The highest precision at this detection or any later one; [D + 1], the last is 0.
std::vector<double> envelope(std::span<const double> precision) {
  std::vector<double> highest(precision.size() + 1, 0.0);
  for (std::size_t i = precision.size(); i-- > 0;) {
    highest[i] = std::max(precision[i], highest[i + 1]);
  }
  return highest;
}

}  // namespace

std::array<double, 11> voc07_recalls(VocGrid grid) {
  constexpr double step = 0.1;
  constexpr std::size_t last = 10, middle = last / 2;
  std::array<double, last + 1> recalls{};
  for (std::size_t i = 0; i <= last; ++i) {
    recalls[i] = grid == VocGrid::numpy || i <= middle ? static_cast<double>(i) * step
                                                       : 1.0 - static_cast<double>(last - i) * step;
  }
  return recalls;
}

double voc07_average_precision(std::span<const double> recall, std::span<const double> precision,
                               VocGrid grid) {
  const std::vector<double> highest = envelope(precision);
  double ap = 0;
  for (const double t : voc07_recalls(grid)) {
    const auto reached = std::ranges::lower_bound(recall, t) - recall.begin();
    ap = ap + highest[static_cast<std::size_t>(reached)] / 11;
  }
  return ap;
}

double voc10_average_precision(std::span<const double> recall, std::span<const double> precision) {
  const std::vector<double> highest = envelope(precision);
  std::vector<double> areas;
  double before = 0;
  for (std::size_t i = 0; i < recall.size(); ++i) {
    if (recall[i] != before) areas.push_back((recall[i] - before) * highest[i]);
    before = recall[i];
  }
  // VOCap.m closes the curve at recall 1 with precision 0: one more term, which is 0 but takes part
  // in the order of the sum.
  if (before != 1) areas.push_back((1 - before) * 0.0);
  return numpy_sum(areas);
}

}  // namespace roiflow
