#include "stages/analysis/comparison.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/analysis/bootstrap.hpp"
#include "stages/analysis/class_table.hpp"
#include "stages/analysis/match_lists.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

void check_same(const EvaluationParams& a, const EvaluationParams& b) {
  const bool same = a.iou_thresholds == b.iou_thresholds &&
                    a.recall_thresholds == b.recall_thresholds &&
                    a.max_detections == b.max_detections && a.category_ids == b.category_ids &&
                    a.use_categories == b.use_categories;
  require(same, ErrorCode::usage,
          "comparison: both must be evaluated with the same categories, thresholds and limits");
}

/// One side, restricted to some images.
struct Side {
  std::vector<const ImageAnalysisRecord*> records;
  MatchLists lists;

  Side(const AnalysisCollector::Images& all, const std::vector<std::int64_t>& ids,
       const EvaluationParams& params) {
    for (std::size_t i = 0; i < all.ids.size(); ++i) {
      if (std::binary_search(ids.begin(), ids.end(), all.ids[i])) {
        records.push_back(all.records[i]);
      }
    }
    lists = list_matches(params, records);
  }
};

std::uint32_t distance(std::uint32_t x, std::uint32_t y) {
  return x > y ? x - y : y - x;
}

std::uint32_t change(const ImageComparison& image) {
  return distance(image.a.true_positives, image.b.true_positives) +
         distance(image.a.false_positives, image.b.false_positives) +
         distance(image.a.misses, image.b.misses);
}

std::vector<ImageComparison> changed_images(const EvaluationParams& params,
                                            const std::vector<std::int64_t>& ids, const Side& a,
                                            const Side& b) {
  const auto of = [&](const Side& side) {
    return image_errors(params, ids, side.records, operating_scores(params, side.lists.categories));
  };
  const auto errors_a = of(a), errors_b = of(b);
  std::vector<ImageComparison> changed;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const ImageComparison image{ids[i], errors_a[i], errors_b[i]};
    if (change(image) > 0) changed.push_back(image);
  }
  std::stable_sort(changed.begin(), changed.end(),
                   [](const auto& x, const auto& y) { return change(x) > change(y); });
  return changed;
}

/// The values of both sides in every sample.
using Pairs = std::vector<std::pair<WeightedPrecision, WeightedPrecision>>;

template <class Value>
Difference difference(const WeightedPrecision& a, const WeightedPrecision& b, const Pairs& samples,
                      const Value& value) {
  std::vector<double> deltas;
  for (const auto& [sample_a, sample_b] : samples) {
    if (value(sample_a) > -1 && value(sample_b) > -1) {
      deltas.push_back(value(sample_b) - value(sample_a));
    }
  }
  return {value(a), value(b), percentile_interval(std::move(deltas))};
}

}  // namespace

Comparison compare(const AnalysisCollector& a, const AnalysisCollector& b,
                   std::span<const Category> categories, const AnalysisOptions& options) {
  const EvaluationParams& params = a.params();
  check_same(params, b.params());
  const auto images_a = a.images(), images_b = b.images();
  std::vector<std::int64_t> common;
  std::set_intersection(images_a.ids.begin(), images_a.ids.end(), images_b.ids.begin(),
                        images_b.ids.end(), std::back_inserter(common));
  require(!common.empty(), ErrorCode::bad_data,
          "comparison: the two evaluations have no image in common ({} and {} images)",
          images_a.ids.size(), images_b.ids.size());
  const Side side_a(images_a, common, params), side_b(images_b, common, params);

  const Bootstrap bootstrap_a(params, side_a.lists), bootstrap_b(params, side_b.lists);
  Pairs samples(static_cast<std::size_t>(std::max(0, options.bootstrap_samples)));
  options.for_each(samples.size(), [&](std::size_t i) {
    const auto weights = drawn_images(options.bootstrap_seed, i, common.size());
    samples[i] = {bootstrap_a.weighted(weights), bootstrap_b.weighted(weights)};
  });
  const std::vector<std::uint32_t> once(common.size(), 1);
  const auto whole_a = bootstrap_a.weighted(once), whole_b = bootstrap_b.weighted(once);

  Comparison out;
  out.images = common.size();
  out.only_a = images_a.ids.size() - common.size();
  out.only_b = images_b.ids.size() - common.size();
  out.bootstrap_samples = static_cast<int>(samples.size());
  out.ap = difference(whole_a, whole_b, samples, [](const auto& s) { return s.ap; });
  out.ap50 = difference(whole_a, whole_b, samples, [](const auto& s) { return s.ap50; });
  const auto names = class_names(params, categories);
  for (std::size_t k = 0; k < names.size(); ++k) {
    ClassComparison& row = out.classes.emplace_back();
    row.category_id = params.use_categories ? params.category_ids[k] : -1;
    row.name = names[k];
    row.ap = difference(whole_a, whole_b, samples, [k](const auto& s) { return s.classes[k]; });
    row.ap50 = {whole_a.classes50[k], whole_b.classes50[k], std::nullopt};
  }
  out.changed = changed_images(params, common, side_a, side_b);
  return out;
}

}  // namespace roiflow
