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

/// An annotation whose values cannot be those of an object on its image.
struct BadAnnotation {
  std::int64_t index = 0;  ///< in the file's array
  std::int64_t id = 0, image_id = 0;
  std::string reason;  ///< the sentence of the refusal
};

/// Error{no_input}, Error{bad_data}. With `left_out`, annotations with wrong values (box, area,
/// segmentation, ids of images and categories that are not there) go there instead of being an
/// error; wrong structure (no JSON, an id that is missing, no integer or not the only one) always
/// is: nobody can say what such a file means.
[[nodiscard]] CocoFile read_coco(const std::filesystem::path& path,
                                 std::vector<BadAnnotation>* left_out = nullptr);

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
