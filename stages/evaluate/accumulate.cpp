#include "stages/evaluate/accumulate.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>

#include "stages/core/error.hpp"
#include "stages/evaluate/precision_curves.hpp"
#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

/// The first few, for a message.
std::string some_of(const std::vector<std::int64_t>& ids) {
  constexpr std::size_t shown = 10;
  const auto first = std::span(ids).first(std::min(shown, ids.size()));
  return fmt::format("{}{}", fmt::join(first, ", "),
                     ids.size() > shown ? fmt::format(", ... ({} in all)", ids.size()) : "");
}

void refuse_overlap(std::vector<std::int64_t> a, std::vector<std::int64_t> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  std::vector<std::int64_t> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  require(both.empty(), ErrorCode::bad_data,
          "evaluation: records to be merged must be of different images, both hold {}",
          some_of(both));
}

}  // namespace

Accumulator::Accumulator(EvaluationParams params)
    : params_(std::move(params)),
      flags_(params_.area_ranges.size()),
      categories_(params_.category_count()) {
  validate(params_);
}

Accumulator::Accumulator(EvaluationParams params, std::vector<std::int64_t> image_ids,
                         FlagTable flags, std::vector<CategoryLog> categories)
    : params_(std::move(params)),
      image_ids_(std::move(image_ids)),
      flags_(std::move(flags)),
      categories_(std::move(categories)) {
  validate(params_);
}

void Accumulator::append(std::int64_t image_id, const ImageMatches& matches) {
  const std::size_t ranges = params_.area_ranges.size();
  const auto image = static_cast<std::uint32_t>(image_ids_.size());
  image_ids_.push_back(image_id);
  for_each_category(matches, ranges, [&](const CategoryView& found) {
    CategoryLog& log = categories_[found.category];
    if (std::ranges::any_of(found.ground_truths, [](std::uint32_t count) { return count > 0; })) {
      log.truth_images.push_back(image);
      log.truth_counts.insert(log.truth_counts.end(), found.ground_truths.begin(),
                              found.ground_truths.end());
    }
    for (std::size_t d = 0; d < found.scores.size(); ++d) {
      log.images.push_back(image);
      log.scores.push_back(found.scores[d]);
      log.flags.push_back(flags_.intern(found.flags.subspan(d * ranges, ranges)));
    }
  });
}

void Accumulator::merge(const Accumulator& other) {
  const std::string differs = difference(params_, other.params_);
  require(differs.empty(), ErrorCode::bad_data,
          "evaluation: records can only be merged if they were made alike; different: {}", differs);
  refuse_overlap(image_ids_, other.image_ids_);
  const auto first = static_cast<std::uint32_t>(image_ids_.size());
  image_ids_.insert(image_ids_.end(), other.image_ids_.begin(), other.image_ids_.end());
  std::vector<std::uint32_t> numbers;  // in our table
  for (std::uint32_t i = 0; i < other.flags_.size(); ++i) {
    numbers.push_back(flags_.intern(other.flags_[i]));
  }
  for (std::size_t k = 0; k < categories_.size(); ++k) {
    CategoryLog& log = categories_[k];
    const CategoryLog& more = other.categories_[k];
    for (const std::uint32_t image : more.images) log.images.push_back(first + image);
    log.scores.insert(log.scores.end(), more.scores.begin(), more.scores.end());
    for (const std::uint32_t number : more.flags) log.flags.push_back(numbers[number]);
    for (const std::uint32_t image : more.truth_images) log.truth_images.push_back(first + image);
    log.truth_counts.insert(log.truth_counts.end(), more.truth_counts.begin(),
                            more.truth_counts.end());
  }
}

Accumulator Accumulator::in_order() const {
  const std::vector<std::uint32_t> order = image_order();
  const std::size_t ranges = params_.area_ranges.size();
  Accumulator sorted(params_);
  sorted.image_ids_ = image_ids_;
  std::ranges::sort(sorted.image_ids_);
  std::vector<KeyedRow> rows, scratch;
  const auto by_image = [&](std::span<const std::uint32_t> images) {
    rows.clear();
    for (std::uint32_t row = 0; row < images.size(); ++row) {
      rows.push_back({order[images[row]], row});
    }
    sort_by_key(rows, scratch);
  };
  for (std::size_t k = 0; k < categories_.size(); ++k) {
    const CategoryLog& log = categories_[k];
    CategoryLog& out = sorted.categories_[k];
    by_image(log.images);
    for (const auto& [image, row] : rows) {
      out.images.push_back(static_cast<std::uint32_t>(image));
      out.scores.push_back(log.scores[row]);
      out.flags.push_back(sorted.flags_.intern(flags_[log.flags[row]]));
    }
    by_image(log.truth_images);
    for (const auto& [image, row] : rows) {
      out.truth_images.push_back(static_cast<std::uint32_t>(image));
      const auto counts = std::span(log.truth_counts).subspan(row * ranges, ranges);
      out.truth_counts.insert(out.truth_counts.end(), counts.begin(), counts.end());
    }
  }
  return sorted;
}

std::vector<std::uint32_t> Accumulator::image_order() const {
  std::vector<std::uint32_t> by_id(image_ids_.size()), order(image_ids_.size());
  std::iota(by_id.begin(), by_id.end(), 0U);
  const auto id = [this](std::uint32_t image) { return image_ids_[image]; };
  if (!std::ranges::is_sorted(image_ids_)) std::ranges::sort(by_id, {}, id);
  const auto twice = std::ranges::adjacent_find(by_id, {}, id);
  if (twice != by_id.end()) {
    fail(ErrorCode::bad_data, "evaluation: image ids must be distinct, found {} twice", id(*twice));
  }
  for (std::uint32_t place = 0; place < by_id.size(); ++place) order[by_id[place]] = place;
  return order;
}

EvaluationArrays Accumulator::accumulate() const {
  EvaluationArrays arrays{params_.iou_thresholds.size(),
                          params_.recall_thresholds.size(),
                          categories_.size(),
                          params_.area_ranges.size(),
                          params_.max_detections.size(),
                          {},
                          {},
                          {}};
  const std::size_t cells = arrays.thresholds * arrays.categories * arrays.areas * arrays.limits;
  arrays.recall.assign(cells, -1);
  arrays.precision.assign(cells * arrays.recalls, -1);
  arrays.scores.assign(cells * arrays.recalls, -1);
  const std::vector<std::uint32_t> order = image_order();
  PrecisionCurves curves(params_, flags_);
  for (std::size_t k = 0; k < arrays.categories; ++k) {
    curves.fill(arrays, k, categories_[k], ranked(categories_[k], order));
  }
  return arrays;
}

}  // namespace roiflow
