/// Which images the numbers of a report are about, in words.
#pragma once

#include <string>

#include <fmt/format.h>

#include "apps/report/report.hpp"

namespace roiflow {

[[nodiscard]] inline bool is_part(const ImageCounts& images) {
  return images.data_set > 0 && images.total < images.data_set;
}

/// "58 of the 60 images of the data set, without the 2 that failed"; "20 images, of rows 20 to 39
/// of the data set's 60".
[[nodiscard]] inline std::string metrics_over(const ImageCounts& images) {
  std::string text =
      is_part(images)
          ? fmt::format("{} images, of rows {} to {} of the data set's {}", images.ok,
                        images.first_row, images.first_row + images.total - 1, images.data_set)
      : images.failed > 0
          ? fmt::format("{} of the {} images of the data set", images.ok, images.total)
          : fmt::format("all {} images of the data set", images.total);
  if (images.failed > 0) text += fmt::format(", without the {} that failed", images.failed);
  return text;
}

}  // namespace roiflow
