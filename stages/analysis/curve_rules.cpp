#include "stages/analysis/curve_rules.hpp"

#include <algorithm>

#include "stages/analysis/sampled_precision.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {
namespace {

/// At right detection number i + 1: (wrong + right) + epsilon, in the COCO API's order.
std::vector<double> precisions(const CurveCounts& counts, double epsilon) {
  std::vector<double> precision(counts.wrong.size());
  for (std::size_t i = 0; i < precision.size(); ++i) {
    const auto right = static_cast<double>(i + 1);
    precision[i] = right / (counts.wrong[i] + right + epsilon);
  }
  return precision;
}

/// Where each recall is first reached; `at_once` is the precision where nothing is needed.
std::vector<double> sample(const std::vector<double>& precision, std::uint64_t wanted,
                           std::span<const double> recalls, double at_once) {
  std::vector<std::uint64_t> needed;
  needed_for(recalls, wanted, needed);
  std::vector<double> samples;
  bool reached = true;  // the COCO API stops at the first recall that is not
  for (const std::uint64_t n : needed) {
    reached = reached && n <= precision.size();
    samples.push_back(!reached ? 0 : n == 0 ? at_once : precision[n - 1]);
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

std::vector<double> sampled_envelope(const CurveCounts& counts, std::uint64_t wanted,
                                     std::span<const double> recalls, double epsilon) {
  std::vector<double> precision = precisions(counts, epsilon);
  envelop(precision);
  return sample(precision, wanted, recalls, precision.empty() ? 0 : precision.front());
}

std::vector<double> sampled_raw(const CurveCounts& counts, std::uint64_t wanted,
                                std::span<const double> recalls) {
  const std::vector<double> precision = precisions(counts, coco_epsilon);
  return sample(precision, wanted, recalls, counts.starts_right ? precision.front() : 0);
}

double eleven_points(const CurveCounts& counts, std::uint64_t wanted) {
  constexpr int steps = 10;
  std::vector<double> recalls;
  for (int i = 0; i <= steps; ++i) recalls.push_back(static_cast<double>(i) / steps);
  double sum = 0;
  for (const double precision : sampled_envelope(counts, wanted, recalls, 0)) {
    sum += precision / (steps + 1);
  }
  return sum;
}

double area_under(const CurveCounts& counts, std::uint64_t wanted) {
  std::vector<double> precision = precisions(counts, 0);
  envelop(precision);
  double area = 0, reached = 0;
  for (std::size_t i = 0; i < precision.size(); ++i) {
    const double recall = static_cast<double>(i + 1) / static_cast<double>(wanted);
    area += (recall - reached) * precision[i];
    reached = recall;
  }
  return area;
}

double trapezoids(const CurveCounts& counts, std::uint64_t wanted) {
  const std::vector<double> at_right = precisions(counts, 0);
  std::vector<double> recall{0}, precision{1};
  for (std::size_t i = 0; i <= at_right.size(); ++i) {
    // The last of the wrong ones between two right ones.
    const double before = i == 0 ? 0 : counts.wrong[i - 1];
    const double wrong = i < at_right.size() ? counts.wrong[i] : counts.all_wrong;
    if (wrong > before) {
      recall.push_back(recall.back());
      precision.push_back(static_cast<double>(i) / (static_cast<double>(i) + wrong));
    }
    if (i == at_right.size()) break;
    recall.push_back(static_cast<double>(i + 1) / static_cast<double>(wanted));
    precision.push_back(at_right[i]);
  }
  recall.push_back(1);
  precision.push_back(0);
  envelop(precision);
  const std::vector<double> xs = linspace(0, 1, 101);
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double y = interpolate(recall, precision, xs[i]);
    if (i > 0) sum += (xs[i] - xs[i - 1]) * (y + before) / 2;
    before = y;
  }
  return sum;
}

}  // namespace roiflow
