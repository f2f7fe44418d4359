/// COCO results files: one JSON list of detections, as pycocotools' loadRes reads it.
///
///   boxes   {"image_id", "category_id", "bbox": [x, y, width, height], "score"}
///   masks   {"image_id", "category_id", "segmentation": {"size": [height, width], "counts"}, ..}
///
/// Records of masks have no "bbox": with one, the COCO API would take the box's area for the mask's
/// and change APs, APm and APl. Numbers are doubles printed so that they read back equal.
///
/// Errors: Error{no_input} if a file is missing, {bad_data} with file and JSON pointer
/// ("/17/score") if it is not such a list; {cannot_create}, {io} when writing.
///
/// Example: ResultsWriter out("results.bbox.json", IouType::bbox); out.append(image_id,
/// detections);
///          out.close();
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"
#include "stages/evaluate/detection_result.hpp"

namespace roiflow {

/// Writes image by image in bounded memory; the file appears at close(). Without close() nothing
/// remains.
class ResultsWriter {
 public:
  ResultsWriter(const std::filesystem::path& path, IouType type);
  ResultsWriter(ResultsWriter&&) noexcept;
  ResultsWriter& operator=(ResultsWriter&&) noexcept;
  ~ResultsWriter();

  /// For IouType::segm every detection has its mask. Throws Error{bad_data} if a number is not
  /// finite: JSON cannot say it.
  void append(std::int64_t image_id, std::span<const Detection> detections);
  /// Proposals as boxes of category 1; only for IouType::bbox.
  void append(std::int64_t image_id, std::span<const Proposal> proposals);
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One record as the file has it.
struct ResultRecord {
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  double score = 0;
  std::optional<std::array<double, 4>> bbox;  ///< x y width height
  Segmentation segmentation;
};

struct ResultsFile {
  std::vector<ResultRecord> records;  ///< in the order of the file
  /// The COCO API asks the first record only whether boxes or masks are given; for boxes, the area
  /// is the box's even when masks are compared.
  bool has_boxes = false;
};

/// Other members of the records are passed over. An empty list is accepted.
[[nodiscard]] ResultsFile read_results_json(const std::filesystem::path& path);

/// The record as loadRes completes it for an image of height x width pixels: a mask without a box
/// gets the box around it; a box without a mask, for IouType::segm, gets the mask of its corners.
[[nodiscard]] DetectionResult complete(const ResultRecord& record, bool has_boxes, IouType type,
                                       int height, int width);

}  // namespace roiflow
