/// The predictions file (`format` = "roiflow-predictions", version 1; every name is in
/// io/FORMAT.md): what a detector found, image by image in the order of the data set.
///
/// Boxes are stored as x y width height in float32, as coco_box() of detection_result.hpp makes
/// them, and scores in float32: evaluated from here, or from the COCO results files of the same
/// run, the numbers are the same bits. Masks are stored as the COCO API's compressed text.
/// A segmenter's answer is a label map: an 8-bit gray PNG whose values are classes, as in the data
/// set. Memory of both sides does not grow with detections, but for 16 bytes an image in the
/// reader.
///
/// Errors: Error{no_input}, {bad_data} naming file, data set and row; {cannot_create}, {io}.
///
/// Example:
///   PredictionsWriter writer("predictions.h5");
///   writer.append(image_id, detections, false);  writer.close();
///   PredictionsReader reader("predictions.h5");
///   for (std::int64_t i = 0; i < reader.size(); ++i) use(reader.read(i));
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/detection.hpp"
#include "stages/evaluate/detection_result.hpp"

namespace roiflow {

inline constexpr std::string_view predictions_format = "roiflow-predictions";
inline constexpr std::int64_t predictions_version = 1;

/// Writes under a temporary name; the file appears at close(). One thread.
class PredictionsWriter {
 public:
  /// `label_maps`: the file has a place for them; without it append() takes none.
  /// `identity`: what the results depend on, JSON; or "".
  explicit PredictionsWriter(const std::filesystem::path& path, bool label_maps = false,
                             const std::string& identity = {});
  PredictionsWriter(PredictionsWriter&&) noexcept;
  PredictionsWriter& operator=(PredictionsWriter&&) noexcept;
  ~PredictionsWriter();  ///< without close() nothing remains

  /// Every image of the data set once, in its order, also if nothing was found or if it `failed`.
  void append(std::int64_t image_id, std::span<const Detection> detections, bool failed);
  /// With the bytes of a label map as PNG; empty if the image has none.
  void append(std::int64_t image_id, std::span<const Detection> detections, bool failed,
              std::span<const std::uint8_t> label_map);
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct ImagePredictions {
  std::int64_t image_id = 0;
  bool failed = false;  ///< the run could not process this image: nothing is known about it
  /// With masks if the file has them; `area` is the mask's then, else the box's.
  std::vector<DetectionResult> detections;
};

/// All methods may be called from several threads at once.
class PredictionsReader {
 public:
  explicit PredictionsReader(const std::filesystem::path& path);
  PredictionsReader(PredictionsReader&&) noexcept;
  PredictionsReader& operator=(PredictionsReader&&) noexcept;
  ~PredictionsReader();

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] std::int64_t size() const;             ///< images
  [[nodiscard]] std::int64_t detection_count() const;  ///< of all images
  [[nodiscard]] bool has_masks() const;                ///< at least one detection has a mask
  [[nodiscard]] const std::vector<std::int64_t>& image_ids() const;
  [[nodiscard]] bool has_label_maps() const;
  [[nodiscard]] bool failed(std::int64_t index) const;  ///< 0 <= index < size()
  /// The PNG's bytes; empty if the image, or the whole file, has none.
  [[nodiscard]] std::vector<std::uint8_t> label_map(std::int64_t index) const;

  /// 0 <= index < size(). For IouType::bbox masks are not read.
  [[nodiscard]] ImagePredictions read(std::int64_t index, IouType type) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace roiflow
