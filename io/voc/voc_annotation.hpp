/// Inside of the VOC room: one annotation file to records, and back.
///
/// What has no column goes into `extra` as {"voc": {...}}: the children of <annotation> (for the
/// image) or <object> (for an annotation) in their order. An element of nothing but text is a
/// string; one with children an object; equal names side by side an array; attributes are members
/// "@name", text beside children "#text", comments "#comment". null stands for what the columns say
/// in VOC's usual form: <filename>, <width>, <height>, every <object>; <name>, <difficult>,
/// <bndbox>. A value in another form ("45.70", corners in another order) is kept as written.
///
/// Example: <object><name>dog</name><pose>Left</pose><bndbox>...</bndbox></object> has the extra
///   {"voc":{"name":null,"pose":"Left","bndbox":null}}
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

/// One <object>: a category by name, and everything else of an Annotation but ids.
struct VocObjectRecord {
  std::string name;
  Annotation annotation;
};

struct VocFileRecord {
  int width = 0, height = 0;  ///< 0: the file has no <size>
  std::string extra;
  std::vector<VocObjectRecord> objects;
};

/// `image_name` is the image file that the annotation belongs to. Error{bad_data} with file, line,
/// element, what was expected and what was found.
[[nodiscard]] VocFileRecord read_voc_annotation(const std::string& file,
                                                const std::string& image_name);

/// The way back; records of another source get the elements that VOC's readers ask for.
/// Error{bad_data} if an `extra` is not what read_voc_annotation makes, or a category is not in
/// the table; `item` names the image.
[[nodiscard]] std::string voc_annotation_text(const ImageRecord& image,
                                              const std::vector<Annotation>& annotations,
                                              const std::vector<Category>& categories,
                                              const std::string& item);

}  // namespace roiflow
