#include "apps/log_notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace roiflow {

void log_notes(const Log& log, const ImageRecord& image, const ImageNotes& notes) {
  const std::string text =
      fmt::format("image {} ({}): {}{}", image.id, image.file_name,
                  notes.truncated ? "truncated: " : "", fmt::join(notes.texts, "; "));
  if (notes.truncated) {
    log.warning("{}", text);
  } else {
    log.info("{}", text);
  }
}

}  // namespace roiflow
