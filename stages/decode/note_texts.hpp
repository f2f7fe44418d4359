/// Sentences that both readers use. Private to this room.
#pragma once

#include <cstddef>
#include <string>

#include <fmt/format.h>

namespace roiflow {

inline constexpr const char* damaged_exif = "the EXIF data is damaged and ignored";

inline std::string bytes_behind(std::size_t bytes) {
  return fmt::format("{} bytes behind the end of the image are ignored", bytes);
}

}  // namespace roiflow
