#include "apps/evaluation/semantic_evaluation.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>

#include "apps/evaluation/label_map_source.hpp"
#include "io/class_names.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t batch_images = 256;
constexpr int default_ignore_label = 255;

LabelMap decode_named(const std::vector<std::uint8_t>& png, std::string_view what,
                      const DecodeLimits& limits) {
  try {
    return decode_label_map(png, limits);
  } catch (const Error& error) {
    fail(error.code(), "{}: {}", what, error.what());
  }
}

/// Damaged maps are met again, and named, when they are compared.
int highest_value(const TruthLabelMaps& truth, int ignore_label, const DecodeLimits& limits) {
  const auto highest = [](int a, int b) { return std::max(a, b); };
  using Range = tbb::blocked_range<std::int64_t>;
  return tbb::parallel_reduce(
      Range(0, truth.size()), 0,
      [&](const Range& range, int best) {
        for (std::int64_t i = range.begin(); i < range.end(); ++i) {
          try {
            best = std::max(best,
                            highest_label(decode_label_map(truth.read(i), limits), ignore_label));
          } catch (const Error&) {
          }
        }
        return best;
      },
      highest);
}

SemanticClasses choose_classes(const SemanticOptions& options, const TruthLabelMaps& truth) {
  const DatasetInfo* const info = truth.info();
  const int ignore =
      options.ignore_label.value_or(info != nullptr ? info->ignore_label : default_ignore_label);
  require(ignore >= -1 && ignore <= 255, ErrorCode::usage,
          "--ignore-label must be 0 .. 255, or -1 for none, found {}", ignore);
  require(info == nullptr || !options.class_names, ErrorCode::usage,
          "{}: the data set names its classes; --classes is for folders of label maps",
          truth.path());
  if (info != nullptr) return classes_of(info->categories, ignore);
  if (!options.class_names)
    return numbered_classes(highest_value(truth, ignore, options.decode) + 1, ignore);
  std::vector<Category> categories;
  for (const std::string& name : read_class_names(*options.class_names)) {
    categories.push_back({.id = std::ssize(categories), .name = name});
  }
  return classes_of(categories, ignore);
}

/// One evaluation; compare() may run for several images at once.
class Comparison {
 public:
  Comparison(const SemanticOptions& options, const TruthLabelMaps& truth,
             const PredictedLabelMaps& predictions)
      : truth_(truth),
        predictions_(predictions),
        limits_(options.decode),
        evaluation_{.policy = options.policy,
                    .records = {SemanticConfusion(choose_classes(options, truth)), {}},
                    .total = truth.size()} {}

  void compare(std::int64_t index, const LabelledImage& image) {
    try {
      const auto png = truth_.read(index);
      if (png.empty()) {
        const std::lock_guard lock(mutex_);
        ++evaluation_.without_truth;
        return;
      }
      PredictedLabelMaps::Answer answer = predictions_.find(image);
      if (!answer.problem.empty()) return set_aside(evaluation_.missing, image, answer.problem);
      add(image, decode_named(png, "ground truth", limits_),
          decode_named(answer.png, "prediction", limits_));
    } catch (const Error& error) {
      const bool about_image =
          error.code() == ErrorCode::bad_data || error.code() == ErrorCode::no_input;
      if (!about_image) throw;
      set_aside(evaluation_.failed, image, error.what());
    }
  }

  [[nodiscard]] std::int64_t set_aside_count() const {
    return std::ssize(evaluation_.failed) + std::ssize(evaluation_.missing);
  }

  /// The lists in the order of the ground truth, whatever the threads did.
  SemanticEvaluation take(const std::vector<LabelledImage>& images) {
    std::ranges::sort(evaluation_.records.images);
    for (auto* list : {&evaluation_.failed, &evaluation_.missing}) {
      std::unordered_map<std::int64_t, std::size_t> place;
      for (std::size_t i = 0; i < images.size(); ++i) place[images[i].id] = i;
      std::ranges::sort(*list, {}, [&](const SetAside& item) { return place[item.id]; });
    }
    evaluation_.strangers = predictions_.strangers(images);
    evaluation_.metrics = semantic_metrics(evaluation_.records.confusion, evaluation_.policy);
    return std::move(evaluation_);
  }

 private:
  void add(const LabelledImage& image, const LabelMap& truth, const LabelMap& predicted) {
    SemanticConfusion one(evaluation_.records.confusion.classes());
    one.add(truth, predicted);
    require_allowed(evaluation_.policy, one, truth, predicted);
    const std::lock_guard lock(mutex_);
    evaluation_.records.confusion.merge(one);
    evaluation_.records.images.push_back(image.name);
  }
  void set_aside(std::vector<SetAside>& list, const LabelledImage& image, std::string reason) {
    const std::lock_guard lock(mutex_);
    list.push_back({image.id, image.name, std::move(reason)});
  }

  const TruthLabelMaps& truth_;
  const PredictedLabelMaps& predictions_;
  const DecodeLimits limits_;
  std::mutex mutex_;  ///< guards evaluation_
  SemanticEvaluation evaluation_;
};

/// Names are what folders and records know images by.
std::vector<LabelledImage> listed_images(const TruthLabelMaps& truth) {
  std::vector<LabelledImage> images;
  std::unordered_map<std::string, std::int64_t> seen;
  for (std::int64_t i = 0; i < truth.size(); ++i) {
    images.push_back(truth.image(i));
    const auto [before, is_new] = seen.emplace(images.back().name, images.back().id);
    require(is_new, ErrorCode::bad_data,
            "{}: images {} and {}: expected file names that differ in more than the ending, found "
            "'{}' twice",
            truth.path(), before->second, images.back().id, images.back().name);
  }
  return images;
}

void require_some(const SemanticEvaluation& evaluation, const TruthLabelMaps& truth,
                  const PredictedLabelMaps& predictions) {
  if (evaluation.ok() > 0) return;
  const auto& why = !evaluation.failed.empty() ? evaluation.failed : evaluation.missing;
  fail(ErrorCode::bad_data, "{} and {}: none of {} images could be compared{}", truth.path(),
       predictions.path(), evaluation.total,
       why.empty() ? "" : fmt::format("; {}: {}", why.front().name, why.front().reason));
}

}  // namespace

SemanticEvaluation evaluate_semantic(
    const SemanticOptions& options,
    const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const TruthLabelMaps truth(options.ground_truth);
  const PredictedLabelMaps predictions(options.predictions);
  require(truth.info() != nullptr || predictions.is_folder(), ErrorCode::usage,
          "{}: a predictions file knows images by id, which a folder of label maps ({}) does not "
          "tell; --gt must be the data set then",
          predictions.path(), truth.path());
  const auto images = listed_images(truth);
  Comparison comparison(options, truth, predictions);
  for (std::int64_t first = 0; first < truth.size(); first += batch_images) {
    const std::int64_t end = std::min(first + batch_images, truth.size());
    tbb::parallel_for(first, end, [&](std::int64_t i) {
      comparison.compare(i, images[static_cast<std::size_t>(i)]);
    });
    if (progress) progress(end, comparison.set_aside_count());
  }
  SemanticEvaluation evaluation = comparison.take(images);
  require_some(evaluation, truth, predictions);
  return evaluation;
}

}  // namespace roiflow
