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
[[nodiscard]] ParsedAnnotation annotation(const JsonValue& object);

}  // namespace roiflow
