#include "apps/evaluation/stored_evaluation.hpp"

#include <algorithm>

#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

GroundTruth::GroundTruth(const std::filesystem::path& path) : path_(path.string()) {
  if (is_hdf5(path)) {
    dataset_.emplace(path);
  } else {
    coco_ = read_coco(path);
  }
}

std::int64_t GroundTruth::size() const {
  return dataset_ ? dataset_->size() : std::ssize(coco_.images);
}

ImageRecord GroundTruth::image(std::int64_t index) const {
  if (dataset_) return dataset_->record(index);
  ImageRecord image = coco_.images[static_cast<std::size_t>(index)];
  image.index = index;
  return image;
}

std::vector<Annotation> GroundTruth::annotations(std::int64_t index) const {
  return dataset_ ? dataset_->annotations(index)
                  : coco_.annotations[static_cast<std::size_t>(index)];
}

const std::vector<Category>& GroundTruth::categories() const {
  return dataset_ ? dataset_->categories() : coco_.categories;
}

StoredDetections::StoredDetections(const std::filesystem::path& path) : path_(path.string()) {
  if (is_hdf5(path)) {
    predictions_.emplace(path);
    const auto& ids = predictions_->image_ids();
    for (std::size_t row = 0; row < ids.size(); ++row) places_[ids[row]] = {row};
    return;
  }
  results_ = read_results_json(path);
  for (std::size_t at = 0; at < results_.records.size(); ++at) {
    places_[results_.records[at].image_id].push_back(at);
  }
}

std::int64_t StoredDetections::detection_count() const {
  return predictions_ ? predictions_->detection_count() : std::ssize(results_.records);
}

std::vector<IouType> StoredDetections::types() const {
  if (predictions_) {
    if (predictions_->has_masks()) return {IouType::bbox, IouType::segm};
    return {IouType::bbox};
  }
  std::vector<IouType> types;
  const bool masks = std::ranges::any_of(results_.records, [](const ResultRecord& record) {
    return !std::holds_alternative<std::monostate>(record.segmentation);
  });
  if (results_.has_boxes || !masks) types.push_back(IouType::bbox);
  if (masks) types.push_back(IouType::segm);
  return types;
}

std::vector<std::int64_t> StoredDetections::image_ids() const {
  std::vector<std::int64_t> ids;
  for (const auto& [id, places] : places_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

DetectionResult StoredDetections::record(std::size_t at, const ImageRecord& image,
                                         IouType type) const {
  try {
    return complete(results_.records[at], results_.has_boxes, type, image.height, image.width);
  } catch (const Error& error) {
    fail(error.code(), "{}: /{}: {}", path_, at, error.what());
  }
}

std::optional<std::vector<DetectionResult>> StoredDetections::read(const ImageRecord& image,
                                                                   IouType type) const {
  const auto places = places_.find(image.id);
  if (predictions_) {
    if (places == places_.end()) return std::nullopt;
    auto found = predictions_->read(static_cast<std::int64_t>(places->second[0]), type);
    if (found.failed) return std::nullopt;
    return std::move(found.detections);
  }
  std::vector<DetectionResult> detections;
  if (places == places_.end()) return detections;
  for (const std::size_t at : places->second) detections.push_back(record(at, image, type));
  return detections;
}

}  // namespace roiflow
