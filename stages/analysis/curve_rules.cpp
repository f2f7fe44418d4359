#include "stages/analysis/curve_rules.hpp"

#include <algorithm>

#include "stages/analysis/sampled_precision.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {
namespace {

/// At every detection.
struct Curve {
  std::vector<double> recall, precision;

  Curve(const RunningCounts& counts, std::uint64_t wanted, double epsilon) {
    const auto objects = static_cast<double>(wanted);
    for (std::size_t i = 0; i < counts.right.size(); ++i) {
      recall.push_back(counts.right[i] / objects);
      precision.push_back(counts.right[i] / (counts.wrong[i] + counts.right[i] + epsilon));
    }
  }
};

/// Precision at the first place where each recall is reached, 0 where it is not.
std::vector<double> sample(const Curve& curve, std::span<const double> recalls) {
  std::vector<double> samples;
  for (const double recall : recalls) {
    const auto at = std::lower_bound(curve.recall.begin(), curve.recall.end(), recall);
    samples.push_back(at == curve.recall.end()
                          ? 0
                          : curve.precision[static_cast<std::size_t>(at - curve.recall.begin())]);
  }
  return samples;
}

/// numpy.interp for one place, x inside [xs.front(), xs.back()]; of equal xs the last counts.
double interpolate(std::span<const double> xs, std::span<const double> ys, double x) {
  const auto above = std::upper_bound(xs.begin(), xs.end(), x);
  const auto i = static_cast<std::size_t>(above - xs.begin()) - 1;
  if (i + 1 == xs.size()) return ys[i];
  return (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) * (x - xs[i]) + ys[i];
}

}  // namespace

std::vector<double> sampled_envelope(const RunningCounts& counts, std::uint64_t wanted,
                                     std::span<const double> recalls, double epsilon) {
  Curve curve(counts, wanted, epsilon);
  envelop(curve.precision);
  return sample(curve, recalls);
}

std::vector<double> sampled_raw(const RunningCounts& counts, std::uint64_t wanted,
                                std::span<const double> recalls) {
  return sample(Curve(counts, wanted, coco_epsilon), recalls);
}

double eleven_points(const RunningCounts& counts, std::uint64_t wanted) {
  constexpr int steps = 10;
  std::vector<double> recalls;
  for (int i = 0; i <= steps; ++i) recalls.push_back(static_cast<double>(i) / steps);
  double sum = 0;
  for (const double precision : sampled_envelope(counts, wanted, recalls, 0)) {
    sum += precision / (steps + 1);
  }
  return sum;
}

double area_under(const RunningCounts& counts, std::uint64_t wanted) {
  Curve curve(counts, wanted, 0);
  envelop(curve.precision);
  double area = 0, reached = 0;
  for (std::size_t i = 0; i < curve.recall.size(); ++i) {
    area += (curve.recall[i] - reached) * curve.precision[i];
    reached = curve.recall[i];
  }
  return area;
}

double trapezoids(const RunningCounts& counts, std::uint64_t wanted) {
  Curve curve(counts, wanted, 0);
  curve.recall.insert(curve.recall.begin(), 0);
  curve.precision.insert(curve.precision.begin(), 1);
  curve.recall.push_back(1);
  curve.precision.push_back(0);
  envelop(curve.precision);
  const std::vector<double> xs = linspace(0, 1, 101);
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double y = interpolate(curve.recall, curve.precision, xs[i]);
    if (i > 0) sum += (xs[i] - xs[i - 1]) * (y + before) / 2;
    before = y;
  }
  return sum;
}

}  // namespace roiflow
