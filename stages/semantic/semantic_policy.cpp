#include "stages/semantic/semantic_policy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stages/core/error.hpp"
#include "stages/core/numpy_sum.hpp"

namespace roiflow {
namespace {

constexpr std::array<std::string_view, 4> policy_names = {"fcn", "detectron2", "voc", "cityscapes"};

/// The pixels of each class; exact as double below 2^53.
struct Pixels {
  std::vector<double> truth, predicted, both;
};

Pixels pixels_of(const SemanticConfusion& confusion, AbsentClasses policy) {
  const std::size_t count = confusion.size();
  Pixels pixels;
  for (std::size_t k = 0; k < count; ++k) {
    std::uint64_t truth = confusion.row_sum(k), predicted = 0;
    if (policy == AbsentClasses::detectron2) {
      truth -= confusion.count(k, confusion.outside_column());
    }
    for (std::size_t row = 0; row < count; ++row) predicted += confusion.count(row, k);
    pixels.truth.push_back(static_cast<double>(truth));
    pixels.predicted.push_back(static_cast<double>(predicted));
    pixels.both.push_back(static_cast<double>(confusion.count(k, k)));
  }
  return pixels;
}

double nan_mean(std::vector<double> values) {
  double present = 0;
  for (double& value : values) {
    if (std::isnan(value)) {
      value = 0;
    } else {
      ++present;
    }
  }
  return numpy_sum(values) / present;
}

double mean_of_present(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return numpy_sum(values) / static_cast<double>(values.size());
}

double left_to_right_mean(const std::vector<double>& values, bool leave_out_nan) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (leave_out_nan && std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return sum / count;
}

double frequency_weighted(const Pixels& pixels, const std::vector<double>& iu) {
  const double total = numpy_sum(pixels.truth);
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> weighted;
  for (std::size_t k = 0; k < iu.size(); ++k) {
    if (pixels.truth[k] > 0) weighted.push_back(pixels.truth[k] / total * iu[k]);
  }
  return numpy_sum(weighted);
}

void fill_classes(SemanticMetrics& metrics, const Pixels& pixels, AbsentClasses policy) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t k = 0; k < pixels.truth.size(); ++k) {
    const double truth = pixels.truth[k], both = pixels.both[k];
    const double either = truth + pixels.predicted[k] - both;
    const bool left_out = policy == AbsentClasses::detectron2 && truth == 0;
    const double absent = policy == AbsentClasses::voc ? 0 : nan;
    metrics.class_accuracy.push_back(truth > 0 ? both / truth : absent);
    metrics.class_iu.push_back(either > 0 && !left_out ? both / either : nan);
    metrics.ground_truth_pixels.push_back(static_cast<std::uint64_t>(truth));
    metrics.predicted_pixels.push_back(static_cast<std::uint64_t>(pixels.predicted[k]));
  }
}

double mean_by(AbsentClasses policy, const std::vector<double>& values) {
  switch (policy) {
    case AbsentClasses::fcn:
      return nan_mean(values);
    case AbsentClasses::detectron2:
      return mean_of_present(values);
    case AbsentClasses::voc:
      return left_to_right_mean(values, false);
    case AbsentClasses::cityscapes:
      return left_to_right_mean(values, true);
  }
  fail(ErrorCode::internal, "semantic: no such policy");
}

/// The first value that is neither a class nor (`ignore` < 0: there is none) the ignore label.
[[noreturn]] void refuse(AbsentClasses policy, const SemanticClasses& classes, const LabelMap& map,
                         int ignore, std::string_view what, std::string_view remedy) {
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const std::uint8_t value = map.labels[i];
    if (value == ignore || std::ranges::binary_search(classes.values, value)) continue;
    const auto width = static_cast<std::size_t>(map.width);
    fail(ErrorCode::bad_data,
         "the {} has the value {} at x {}, y {}, which is none of the {} classes; the {} "
         "convention refuses that ({})",
         what, value, i % width, i / width, classes.size(), name(policy), remedy);
  }
  fail(ErrorCode::internal, "semantic: expected a value that is no class in the {}", what);
}

}  // namespace

std::string_view name(AbsentClasses policy) {
  return policy_names.at(static_cast<std::size_t>(policy));
}

AbsentClasses absent_classes(std::string_view name) {
  const auto found = std::ranges::find(policy_names, name);
  require(found != policy_names.end(), ErrorCode::usage,
          "--absent-classes must be fcn, detectron2, voc or cityscapes, found {}", name);
  return static_cast<AbsentClasses>(found - policy_names.begin());
}

std::string_view refusal(AbsentClasses policy, const SemanticConfusion& confusion) {
  if (policy == AbsentClasses::fcn) return {};
  if (confusion.row_sum(confusion.unknown_row()) > 0) return "ground truth that is no class";
  if (policy != AbsentClasses::voc) return {};
  for (std::size_t row = 0; row <= confusion.unknown_row(); ++row) {
    if (confusion.count(row, confusion.outside_column()) > 0)
      return "predictions that are no class";
  }
  return {};
}

void require_allowed(AbsentClasses policy, const SemanticConfusion& image, const LabelMap& truth,
                     const LabelMap& predicted) {
  if (refusal(policy, image).empty()) return;
  const SemanticClasses& classes = image.classes();
  if (image.row_sum(image.unknown_row()) > 0) {
    refuse(policy, classes, truth, classes.ignore_label, "ground truth",
           "--ignore-label names the value that does not count, --absent-classes the convention");
  }
  refuse(policy, classes, predicted, -1, "prediction", "--absent-classes names another");
}

SemanticMetrics semantic_metrics(const SemanticConfusion& confusion, AbsentClasses policy) {
  const Pixels pixels = pixels_of(confusion, policy);
  SemanticMetrics metrics{.policy = std::string(name(policy))};
  fill_classes(metrics, pixels, policy);
  metrics.pixel_accuracy = numpy_sum(pixels.both) / numpy_sum(pixels.truth);
  metrics.mean_accuracy = mean_by(policy, metrics.class_accuracy);
  metrics.mean_iu = mean_by(policy, metrics.class_iu);
  metrics.frequency_weighted_iu = frequency_weighted(pixels, metrics.class_iu);
  metrics.ignored_pixels = confusion.row_sum(confusion.ignored_row());
  metrics.unknown_truth_pixels = confusion.row_sum(confusion.unknown_row());
  for (std::size_t k = 0; k < confusion.size(); ++k) {
    metrics.unclassified_pixels += confusion.count(k, confusion.outside_column());
  }
  return metrics;
}

}  // namespace roiflow
