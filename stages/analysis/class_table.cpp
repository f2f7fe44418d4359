#include "stages/analysis/class_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "stages/analysis/operating_point.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

/// One category's precision at some thresholds, as AP averages it: [T, R].
std::vector<double> precisions(const EvaluationArrays& arrays, std::size_t first_threshold,
                               std::size_t thresholds, std::size_t k, std::size_t range) {
  std::vector<double> values;
  for (std::size_t t = first_threshold; t < first_threshold + thresholds; ++t) {
    for (std::size_t r = 0; r < arrays.recalls; ++r) {
      const double value = arrays.precision[arrays.cell(t, r, k, range, arrays.limits - 1)];
      if (value > -1) values.push_back(value);
    }
  }
  return values;
}

double mean_of(const std::vector<double>& values) {
  return values.empty() ? -1 : numpy_mean(values);
}

/// The COCO grid's 0.90 differs from the literal in the last bit.
std::optional<std::size_t> threshold_at(const EvaluationParams& params, double iou) {
  constexpr double same = 1e-9;
  const auto found = std::find_if(params.iou_thresholds.begin(), params.iou_thresholds.end(),
                                  [&](double t) { return std::abs(t - iou) < same; });
  if (found == params.iou_thresholds.end()) return std::nullopt;
  return static_cast<std::size_t>(found - params.iou_thresholds.begin());
}

PrecisionRecall curve_of(const EvaluationParams& params, const EvaluationArrays& arrays,
                         std::size_t t, std::size_t k, std::size_t range) {
  PrecisionRecall curve;
  curve.iou_threshold = params.iou_thresholds[t];
  curve.recall = params.recall_thresholds;
  for (std::size_t r = 0; r < arrays.recalls; ++r) {
    const std::size_t cell = arrays.cell(t, r, k, range, arrays.limits - 1);
    curve.precision.push_back(arrays.precision[cell]);
    curve.score.push_back(arrays.scores[cell]);
  }
  return curve;
}

void count(ClassAnalysis& row, const CategoryList& list, std::size_t t) {
  const RunningCounts counts = running_counts(list, t);
  row.ground_truths = list.wanted;
  row.detections = counts.score.size();
  row.true_positives = counts.right.empty() ? 0 : static_cast<std::uint64_t>(counts.right.back());
  row.best = best_operating_point(list, t);
}

}  // namespace

std::vector<std::string> class_names(const EvaluationParams& params,
                                     std::span<const Category> categories) {
  if (!params.use_categories) return {"all"};
  std::vector<std::string> names;
  for (const std::int64_t id : params.category_ids) {
    const auto found = std::find_if(categories.begin(), categories.end(),
                                    [&](const Category& category) { return category.id == id; });
    names.push_back(found == categories.end() ? fmt::format("{}", id) : found->name);
  }
  return names;
}

std::vector<ClassAnalysis> class_precisions(const EvaluationParams& params,
                                            std::span<const std::string> names,
                                            const EvaluationArrays& arrays,
                                            std::span<const double> curve_thresholds) {
  const std::size_t range = analysed_range(params);
  const auto half = threshold_at(params, 0.5), three_quarters = threshold_at(params, 0.75);
  std::vector<ClassAnalysis> table(names.size());
  for (std::size_t k = 0; k < table.size(); ++k) {
    ClassAnalysis& row = table[k];
    row.category_id = params.use_categories ? params.category_ids[k] : -1;
    row.name = names[k];
    row.ap = mean_of(precisions(arrays, 0, arrays.thresholds, k, range));
    if (half) row.ap50 = mean_of(precisions(arrays, *half, 1, k, range));
    if (three_quarters) row.ap75 = mean_of(precisions(arrays, *three_quarters, 1, k, range));
    for (const double iou : curve_thresholds) {
      const auto t = threshold_at(params, iou);
      if (!t) continue;
      PrecisionRecall curve = curve_of(params, arrays, *t, k, range);
      if (curve.precision.front() >= 0) row.curves.push_back(std::move(curve));
    }
  }
  return table;
}

std::vector<ClassAnalysis> class_table(const EvaluationParams& params,
                                       std::span<const Category> categories,
                                       const EvaluationArrays& arrays, const MatchLists& lists) {
  constexpr std::array<double, 2> curve_thresholds = {0.5, 0.75};
  auto table = class_precisions(params, class_names(params, categories), arrays, curve_thresholds);
  for (std::size_t k = 0; k < table.size(); ++k) {
    count(table[k], lists.categories[k], analysed_threshold(params));
  }
  return table;
}

std::vector<double> operating_scores(const EvaluationParams& params,
                                     std::span<const CategoryList> lists) {
  const std::size_t t = analysed_threshold(params);
  const OperatingPoint overall = best_operating_point(lists, t);
  std::vector<double> scores;
  for (const CategoryList& list : lists) {
    const OperatingPoint best = best_operating_point(list, t);
    scores.push_back(best.f1 >= 0 ? best.score : overall.f1 >= 0 ? overall.score : 0);
  }
  return scores;
}

std::vector<ImageErrors> image_errors(const EvaluationParams& params,
                                      std::span<const std::int64_t> image_ids,
                                      std::span<const ImageAnalysisRecord* const> images,
                                      std::span<const double> scores) {
  const std::uint64_t bit = std::uint64_t{1} << analysed_threshold(params);
  std::vector<ImageErrors> errors;
  for (std::size_t i = 0; i < images.size(); ++i) {
    ImageErrors& image = errors.emplace_back();
    image.image_id = image_ids[i];
    for (const DetectionRecord& detection : images[i]->detections) {
      if (!detection.in_limit || (detection.ignored & bit) != 0 ||
          !(detection.score >= scores[detection.category])) {
        continue;
      }
      ++((detection.matched & bit) != 0 ? image.true_positives : image.false_positives);
    }
    for (const ObjectRecord& objects : images[i]->objects) image.misses += objects.wanted;
    image.misses -= std::min(image.misses, image.true_positives);
  }
  return errors;
}

}  // namespace roiflow
