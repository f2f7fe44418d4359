#include "apps/report/distributions.hpp"

#include <algorithm>
#include <cmath>

#include "stages/evaluate/shape_mask.hpp"

namespace roiflow {
namespace {

ClassCounts* find_class(Distributions& counts, std::int64_t category_id) {
  const auto found =
      std::ranges::lower_bound(counts.classes, category_id, {}, &ClassCounts::category_id);
  const bool there = found != counts.classes.end() && found->category_id == category_id;
  return there ? &*found : nullptr;
}

std::size_t area_bucket(double area) {
  if (!(area >= 2)) return 0;  // also NaN
  const int octave = std::isinf(area) ? static_cast<int>(area_buckets) : std::ilogb(area);
  return std::min(static_cast<std::size_t>(octave), area_buckets - 1);
}

std::size_t score_bucket(double score) {
  if (!(score > 0)) return 0;
  return static_cast<std::size_t>(std::min(score * score_buckets, score_buckets - 1.0));
}

/// As the evaluation takes it; of masks it is counted here.
double result_area(const TruthColumns& truth, const ResultColumns& results, std::size_t image,
                   std::size_t row, MaskArena& arena) {
  if (!results.areas.empty()) return results.areas[row];
  if (!results.boxes.empty()) return results.boxes[row][2] * results.boxes[row][3];
  arena.clear();
  return add_shape(arena, results.shapes[row], truth.heights[image], truth.widths[image]).area;
}

}  // namespace

Distributions make_distributions(std::span<const Category> categories) {
  Distributions counts;
  for (const Category& category : categories)
    counts.classes.push_back({category.id, category.name});
  std::ranges::sort(counts.classes, {}, &ClassCounts::category_id);
  return counts;
}

void count_truth(Distributions& counts, std::int64_t category_id, double area, bool crowd) {
  ClassCounts* const of_class = find_class(counts, category_id);
  if (of_class != nullptr) ++(crowd ? of_class->crowds : of_class->ground_truths);
  if (!crowd) ++counts.truth_areas[area_bucket(area)];
}

void count_detection(Distributions& counts, std::int64_t category_id, double area, double score) {
  ClassCounts* const of_class = find_class(counts, category_id);
  if (of_class != nullptr) ++of_class->detections;
  ++counts.detection_areas[area_bucket(area)];
  ++counts.detection_scores[score_bucket(score)];
}

Distributions distributions_of(const TruthColumns& truth, const ResultColumns& results,
                               std::span<const Category> categories) {
  Distributions counts = make_distributions(categories);
  const auto category = [&](std::uint32_t rank) {
    return rank < truth.category_ids.size() ? truth.category_ids[rank] : -1;
  };
  MaskArena arena;
  for (std::size_t i = 0; i < truth.image_ids.size(); ++i) {
    if (i < results.image_processed.size() && results.image_processed[i] == 0) continue;
    for (std::size_t row = truth.first[i]; row < truth.first[i + 1]; ++row) {
      count_truth(counts, category(truth.categories[row]), truth.areas[row],
                  truth.crowds[row] != 0);
    }
    for (std::size_t row = results.first[i]; row < results.first[i + 1]; ++row) {
      count_detection(counts, category(results.categories[row]),
                      result_area(truth, results, i, row, arena), results.scores[row]);
    }
  }
  return counts;
}

void merge(Distributions& counts, const Distributions& other) {
  const auto add = [](auto& to, const auto& from) {
    std::ranges::transform(to, from, to.begin(), std::plus<>());
  };
  add(counts.truth_areas, other.truth_areas);
  add(counts.detection_areas, other.detection_areas);
  add(counts.detection_scores, other.detection_scores);
  for (const ClassCounts& from : other.classes) {
    if (ClassCounts* const to = find_class(counts, from.category_id)) {
      to->ground_truths += from.ground_truths;
      to->crowds += from.crowds;
      to->detections += from.detections;
    }
  }
}

}  // namespace roiflow
