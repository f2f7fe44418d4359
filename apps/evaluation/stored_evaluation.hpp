/// Ground truth and detections from files, image by image, in any mixture of HDF5 and JSON: for
/// pictures, and for evaluators that take records. (COCO's evaluation reads whole columns:
/// coco_evaluation.hpp.) JSON is read strictly.
///
/// Errors: those of the readers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <vector>

#include "io/coco/coco_json.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {

/// A data set file or COCO annotations; told apart by content, not by name.
class GroundTruth {
 public:
  explicit GroundTruth(const std::filesystem::path& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t size() const;
  [[nodiscard]] ImageRecord image(std::int64_t index) const;
  [[nodiscard]] std::vector<Annotation> annotations(std::int64_t index) const;
  [[nodiscard]] const std::vector<Category>& categories() const;

 private:
  std::string path_;
  std::optional<DatasetReader> dataset_;
  CocoFile coco_;  ///< used if there is no data set
};

/// A predictions file or COCO results.
class StoredDetections {
 public:
  explicit StoredDetections(const std::filesystem::path& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t detection_count() const;
  /// The types that the file was made for: boxes, masks or both.
  [[nodiscard]] std::vector<IouType> types() const;
  /// Every image id that occurs.
  [[nodiscard]] std::vector<std::int64_t> image_ids() const;
  /// Nothing if the run that made the file did not get to this image or failed on it. Results files
  /// do not say so: an image that they do not name has no detections.
  [[nodiscard]] std::optional<std::vector<DetectionResult>> read(const ImageRecord& image,
                                                                 IouType type) const;

 private:
  [[nodiscard]] DetectionResult record(std::size_t at, const ImageRecord& image,
                                       IouType type) const;

  std::string path_;
  std::optional<PredictionsReader> predictions_;
  ResultsFile results_;  ///< used if there is no predictions file
  std::unordered_map<std::int64_t, std::vector<std::size_t>> places_;  ///< image id: row(s)
};

}  // namespace roiflow
