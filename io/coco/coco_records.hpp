/// Inside of the COCO JSON room: one JSON object to one record.
#pragma once

#include "io/json/json_value.hpp"
#include "stages/core/annotation.hpp"

namespace roiflow {

[[nodiscard]] ImageRecord image_record(const JsonValue& object);
[[nodiscard]] Category category(const JsonValue& object);

struct ParsedAnnotation {
  Annotation annotation;
  std::int64_t image_id = 0;
};
/// First the ids and the flags of the structure, then read_values() of the same object: what the
/// second refuses concerns this annotation only.
[[nodiscard]] ParsedAnnotation annotation_ids(const JsonValue& object);
void read_values(const JsonValue& object, Annotation& out);

}  // namespace roiflow
