/// What was noted when an image was decoded, in the log.
#pragma once

#include "apps/log.hpp"
#include "stages/core/annotation.hpp"
#include "stages/core/image_notes.hpp"

namespace roiflow {

/// Damage that was put up with is a warning, the rest information.
void log_notes(const Log& log, const ImageRecord& image, const ImageNotes& notes);

}  // namespace roiflow
