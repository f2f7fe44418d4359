/// PASCAL VOC's results files: one text file a class ("comp3_det_test_dog.txt"), one detection a
/// line: name of the image, confidence, xmin, ymin, xmax, ymax, with blanks between.
///
/// Corners count from 1 and belong to the box, as in stages/voc/voc_match.hpp; they may have
/// fractions, and a box may stick out of its image. Between equal confidences the order of lines
/// decides, as in VOCdevkit.
///
/// Errors: Error{no_input} if the folder does not exist or holds no file of any class;
/// Error{bad_data} with file and line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/voc/voc_match.hpp"

namespace roiflow {

struct VocResults {
  std::string path;
  std::unordered_map<std::string, std::vector<VocDetection>> of_image;  ///< by its name
  std::int64_t detection_count = 0;
  /// Classes without a file; VOCdevkit could not evaluate them, here they have no detections.
  std::vector<std::string> missing_classes;
};

/// The file of a class is CLASS.txt or whatever ends with _CLASS.txt. Error{bad_data} if a class
/// has several.
[[nodiscard]] VocResults read_voc_results(const std::filesystem::path& folder,
                                          const std::vector<Category>& categories);

}  // namespace roiflow
