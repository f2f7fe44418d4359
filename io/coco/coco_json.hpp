/// COCO annotation files ("instances_val2017.json"), read strictly and written back.
///
/// Reading takes memory for the parsed records, never for the JSON as a whole. Members that have no
/// column stay as JSON text in `extra`. Every refusal is Error{bad_data} and names file, JSON
/// pointer, what was expected and what was found:
///   "ann.json: /annotations/17/bbox: expected 4 numbers, found [1,2,3]".
///
/// Checked: presence and type of every member that evaluation needs; ids are integers within 2^53
/// and unique; image_id and category_id lead somewhere; file names are unique, relative and without
/// ".."; sizes are positive; boxes are four finite numbers, not negative in size, and touch their
/// image; polygons have at least three points; run lengths have the image's size and fill it.
/// `iscrowd` may be missing (0), `segmentation` too. A polygon that crosses itself is accepted: the
/// COCO data set has many, and rasterising defines them.
///
/// Format: https://cocodataset.org/#format-data and the API at PyPI pycocotools 2.0.11.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

struct CocoFile {
  std::vector<ImageRecord> images;                   ///< in file order; `index` counts them
  std::vector<std::vector<Annotation>> annotations;  ///< [image]: in file order
  std::vector<Category> categories;                  ///< in file order
  std::string extra;  ///< other top-level members as one JSON object, or ""
};

/// Error{no_input}, Error{bad_data}.
[[nodiscard]] CocoFile read_coco(const std::filesystem::path& path);

/// Writes an annotation file image by image, in bounded memory; the file appears at close().
/// Reading it back gives the same records.
class CocoWriter {
 public:
  /// Error{cannot_create}.
  CocoWriter(const std::filesystem::path& path, const std::vector<Category>& categories,
             const std::string& extra);
  CocoWriter(CocoWriter&&) noexcept;
  CocoWriter& operator=(CocoWriter&&) noexcept;
  ~CocoWriter();
  void append(const ImageRecord& image, const std::vector<Annotation>& annotations);
  void close();  ///< Error{io}

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace roiflow
