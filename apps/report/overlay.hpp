/// Pictures of images in which the detector did badly, ready to be put into a page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

struct EncodedPicture {
  int width = 0, height = 0;        ///< pixels
  std::vector<std::uint8_t> bytes;  ///< a JPEG file
};

/// One image twice: as annotated, and as detected.
struct Overlay {
  std::int64_t image_id = 0;
  std::string caption;  ///< file, false positives, misses
  EncodedPicture truth, found;
};

struct Overlays {
  std::string note;  ///< what is drawn, or why nothing is
  std::vector<Overlay> false_positives, misses;
};

}  // namespace roiflow
