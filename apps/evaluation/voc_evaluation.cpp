#include "apps/evaluation/voc_evaluation.hpp"

#include <algorithm>
#include <unordered_set>

#include <oneapi/tbb/parallel_for.h>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// The detections of one image; nothing if it was not processed.
using ReadImage = std::function<std::optional<std::vector<VocDetection>>(const ImageRecord&)>;

VocEvaluation evaluate(const GroundTruth& truth, const VocOptions& options, const ReadImage& read,
                       const std::function<void(std::int64_t)>& progress) {
  constexpr std::int64_t batch_images = 256;
  VocAccumulator accumulator(options.rule, truth.categories());
  VocEvaluation evaluation;
  for (std::int64_t first = 0; first < truth.size(); first += batch_images) {
    const std::int64_t count = std::min(batch_images, truth.size() - first);
    std::vector<std::int64_t> ids(static_cast<std::size_t>(count));
    std::vector<std::optional<std::vector<VocClassMatches>>> matches(ids.size());
    tbb::parallel_for(std::size_t{0}, ids.size(), [&](std::size_t i) {
      const ImageRecord image = truth.image(first + static_cast<std::int64_t>(i));
      ids[i] = image.id;
      const auto found = read(image);
      if (!found) return;
      matches[i] = match_voc(options.rule, voc_objects(truth.annotations(image.index)), *found);
    });
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (matches[i]) accumulator.append(ids[i], *matches[i]);
      ++(matches[i] ? evaluation.images : evaluation.left_out);
    }
    progress(first + count);
  }
  evaluation.metrics = accumulator.metrics(options.metric, options.grid);
  return evaluation;
}

std::string name_without_ending(const ImageRecord& image) {
  return std::filesystem::path(image.file_name).replace_extension().string();
}

}  // namespace

VocEvaluation evaluate_voc(const GroundTruth& truth, const StoredDetections& detections,
                           const VocOptions& options,
                           const std::function<void(std::int64_t)>& progress) {
  std::unordered_set<std::int64_t> known;
  for (std::int64_t i = 0; i < truth.size(); ++i) known.insert(truth.image(i).id);
  for (const std::int64_t id : detections.image_ids()) {
    require(known.contains(id), ErrorCode::bad_data,
            "{}: detections of image {}, which the ground truth ({}) does not have",
            detections.path(), id, truth.path());
  }
  const auto read = [&](const ImageRecord& image) -> std::optional<std::vector<VocDetection>> {
    const auto found = detections.read(image, IouType::bbox);
    if (!found) return std::nullopt;
    return voc_detections(image.index, *found);
  };
  VocEvaluation evaluation = evaluate(truth, options, read, progress);
  evaluation.detections = detections.detection_count();
  return evaluation;
}

VocEvaluation evaluate_voc(const GroundTruth& truth, const VocResults& detections,
                           const VocOptions& options,
                           const std::function<void(std::int64_t)>& progress) {
  std::unordered_set<std::string> known;
  for (std::int64_t i = 0; i < truth.size(); ++i) {
    const std::string name = name_without_ending(truth.image(i));
    require(known.insert(name).second, ErrorCode::bad_data,
            "{}: expected image files of different names, as VOC's results files name images by "
            "them, found '{}' twice",
            truth.path(), name);
  }
  for (const auto& [name, found] : detections.of_image) {
    require(known.contains(name), ErrorCode::bad_data,
            "{}: detections of image '{}', which the ground truth ({}) does not have",
            detections.path, name, truth.path());
  }
  const auto read = [&](const ImageRecord& image) -> std::optional<std::vector<VocDetection>> {
    const auto found = detections.of_image.find(name_without_ending(image));
    if (found == detections.of_image.end()) return std::vector<VocDetection>{};
    return found->second;
  };
  VocEvaluation evaluation = evaluate(truth, options, read, progress);
  evaluation.detections = detections.detection_count;
  return evaluation;
}

}  // namespace roiflow
