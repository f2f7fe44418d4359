#include "stages/voc/voc_accumulator.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "stages/core/error.hpp"
#include "stages/core/numpy_sum.hpp"
#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

template <class T>
void add(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

VocAccumulator::VocAccumulator(const VocRule& rule, std::span<const Category> categories)
    : rule_(rule), categories_(categories.begin(), categories.end()), classes_(categories.size()) {
  for (std::size_t k = 0; k < categories_.size(); ++k) rank_[categories_[k].id] = k;
}

void VocAccumulator::add_image(std::int64_t image_id) {
  require(images_.insert(image_id).second, ErrorCode::bad_data,
          "evaluation: image ids must be distinct, found {} twice", image_id);
}

void VocAccumulator::append(std::int64_t image_id, std::span<const VocClassMatches> matches) {
  add_image(image_id);
  for (const VocClassMatches& m : matches) {
    const auto rank = rank_.find(m.category_id);
    if (rank == rank_.end()) continue;
    ClassLog& log = classes_[rank->second];
    log.ground_truths += m.ground_truths;
    add(log.scores, m.scores);
    add(log.places, m.places);
    add(log.verdicts, m.verdicts);
  }
}

void VocAccumulator::merge(const VocAccumulator& other) {
  require(rule_.iou_threshold == other.rule_.iou_threshold &&
              rule_.strictly_above == other.rule_.strictly_above &&
              std::ranges::equal(categories_, other.categories_, {}, &Category::id, &Category::id),
          ErrorCode::usage,
          "evaluation: parts can only be merged if threshold, comparison and categories are equal");
  for (const std::int64_t id : other.images_) {
    require(!images_.contains(id), ErrorCode::bad_data,
            "evaluation: image {} is in both parts that are to be merged", id);
  }
  images_.insert(other.images_.begin(), other.images_.end());
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    classes_[k].ground_truths += other.classes_[k].ground_truths;
    add(classes_[k].scores, other.classes_[k].scores);
    add(classes_[k].places, other.classes_[k].places);
    add(classes_[k].verdicts, other.classes_[k].verdicts);
  }
}

std::vector<std::size_t> VocAccumulator::sorted(const ClassLog& log) {
  std::vector<std::size_t> order(log.scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&log](std::size_t a, std::size_t b) {
    if (goes_before(log.scores[a], log.scores[b])) return true;
    if (goes_before(log.scores[b], log.scores[a])) return false;
    return log.places[a] < log.places[b];
  });
  return order;
}

VocClass VocAccumulator::curve(const ClassLog& log) {
  VocClass result;
  result.ground_truths = log.ground_truths;
  result.detections = log.scores.size();
  for (const std::size_t d : sorted(log)) {
    if (log.verdicts[d] == VocVerdict::neither) continue;
    ++(log.verdicts[d] == VocVerdict::right ? result.true_positives : result.false_positives);
    const auto tp = static_cast<double>(result.true_positives);
    const auto fp = static_cast<double>(result.false_positives);
    if (log.ground_truths == 0) continue;  // recall would be 0 / 0
    result.recall.push_back(tp / static_cast<double>(log.ground_truths));
    result.precision.push_back(tp / (fp + tp));
  }
  return result;
}

VocMetrics VocAccumulator::metrics(VocMetric metric, VocGrid grid) const {
  VocMetrics result;
  result.metric = name(metric);
  result.comparison = rule_.strictly_above ? ">" : ">=";
  if (metric == VocMetric::voc07) result.grid = name(grid);
  result.iou_threshold = rule_.iou_threshold;
  std::vector<double> present;
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    VocClass one = curve(classes_[k]);
    one.category_id = categories_[k].id;
    one.name = categories_[k].name;
    one.ap = one.ground_truths == 0       ? undefined
             : metric == VocMetric::voc07 ? voc07_average_precision(one.recall, one.precision, grid)
                                          : voc10_average_precision(one.recall, one.precision);
    if (one.ground_truths > 0) present.push_back(one.ap);
    result.classes.push_back(std::move(one));
  }
  result.classes_with_ap = present.size();
  result.map = present.empty() ? undefined : numpy_mean(present);
  return result;
}

}  // namespace roiflow
