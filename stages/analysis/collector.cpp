#include "stages/analysis/collector.hpp"

#include <algorithm>
#include <iterator>

#include "stages/analysis/bootstrap.hpp"
#include "stages/analysis/class_table.hpp"
#include "stages/analysis/confusion.hpp"
#include "stages/analysis/conventions.hpp"
#include "stages/analysis/match_lists.hpp"
#include "stages/analysis/operating_point.hpp"
#include "stages/analysis/tide.hpp"
#include "stages/analysis/ties.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t first_block_bytes = std::size_t{1} << 16;

void add_ties(Analysis& analysis, const EvaluationParams& params, const MatchLists& lists) {
  const TieIntervals ties = tie_intervals(params, lists.categories);
  analysis.ap_ties = ties.ap;
  for (std::size_t k = 0; k < analysis.classes.size(); ++k) {
    analysis.classes[k].ap_ties = ties.classes[k];
  }
}

void add_confidence(Analysis& analysis, const EvaluationParams& params, const MatchLists& lists,
                    const AnalysisOptions& options) {
  if (options.bootstrap_samples <= 0) return;
  analysis.bootstrap_samples = options.bootstrap_samples;
  const Bootstrap bootstrap(params, lists);
  std::vector<WeightedPrecision> samples(static_cast<std::size_t>(options.bootstrap_samples));
  options.for_each(samples.size(), [&](std::size_t i) {
    samples[i] = bootstrap.sample(options.bootstrap_seed, i);
  });
  const auto interval = [&](const auto& value) {
    std::vector<double> values;
    for (const WeightedPrecision& sample : samples) {
      if (value(sample) > -1) values.push_back(value(sample));
    }
    return percentile_interval(std::move(values)).value_or(Interval{});
  };
  analysis.ap_confidence = interval([](const auto& sample) { return sample.ap; });
  analysis.ap50_confidence = interval([](const auto& sample) { return sample.ap50; });
  for (std::size_t k = 0; k < analysis.classes.size(); ++k) {
    analysis.classes[k].ap_confidence =
        interval([k](const auto& sample) { return sample.classes[k]; });
  }
}

}  // namespace

void one_after_the_other(std::size_t count, const std::function<void(std::size_t)>& body) {
  for (std::size_t i = 0; i < count; ++i) body(i);
}

AnalysisCollector::AnalysisCollector(EvaluationParams params)
    : params_(std::move(params)),
      memory_{std::make_shared<std::pmr::monotonic_buffer_resource>(first_block_bytes)} {
  validate(params_);
}

void AnalysisCollector::append(std::int64_t image_id, ImageAnalysisRecord record) {
  std::pmr::memory_resource* const here = memory_.front().get();
  images_.emplace_back(image_id, ImageAnalysisRecord{{record.detections, here},
                                                     {record.objects, here},
                                                     std::move(record.other_grid)});
}

void AnalysisCollector::merge(AnalysisCollector&& other) {
  std::move(other.images_.begin(), other.images_.end(), std::back_inserter(images_));
  other.images_.clear();
  memory_.insert(memory_.end(), other.memory_.begin(), other.memory_.end());
}

AnalysisCollector::Images AnalysisCollector::images() const {
  std::vector<std::size_t> order(images_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return images_[a].first < images_[b].first; });
  Images sorted;
  for (const std::size_t i : order) {
    require(sorted.ids.empty() || sorted.ids.back() != images_[i].first, ErrorCode::bad_data,
            "analysis: image ids must be distinct, found {} twice", images_[i].first);
    sorted.ids.push_back(images_[i].first);
    sorted.records.push_back(&images_[i].second);
  }
  return sorted;
}

ConfusionMatrix AnalysisCollector::confusion(std::span<const Category> categories,
                                             double score_threshold) const {
  ConfusionMatrix matrix = empty_confusion(class_names(params_, categories), score_threshold);
  for (const auto& [id, record] : images_) add_image(matrix, record);
  return matrix;
}

Analysis AnalysisCollector::finish(const EvaluationArrays& arrays,
                                   std::span<const Category> categories,
                                   const AnalysisOptions& options) const {
  const Images sorted = images();
  const MatchLists lists = list_matches(params_, sorted.records);
  Analysis analysis;
  analysis.classes = class_table(params_, categories, arrays, lists);
  analysis.overall = best_operating_point(lists.categories, analysed_threshold(params_));
  const double overall = analysis.overall.f1 < 0 ? 0 : analysis.overall.score;
  const bool regions = params_.keypoint_sigmas.empty();  // overlaps of other categories are known
  if (regions) {
    analysis.confusion = confusion(categories, options.score_threshold.value_or(overall));
    analysis.errors = error_breakdown(sorted.records, params_.category_count());
  }
  analysis.images = image_errors(params_, sorted.ids, sorted.records,
                                 operating_scores(params_, lists.categories));
  std::stable_sort(analysis.images.begin(), analysis.images.end(),
                   [](const auto& x, const auto& y) {
                     return x.false_positives + x.misses > y.false_positives + y.misses;
                   });
  add_ties(analysis, params_, lists);
  add_confidence(analysis, params_, lists, options);
  analysis.conventions = conventions(params_, lists, sorted.records);
  return analysis;
}

}  // namespace roiflow
