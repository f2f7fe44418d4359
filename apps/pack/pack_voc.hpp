/// `pack --voc`: a VOCdevkit folder as a source.
#pragma once

#include <filesystem>
#include <string>

#include "apps/pack/pack_images.hpp"

namespace roiflow {

/// Errors as read_voc (io/voc/voc_devkit.hpp). A label map must be an 8-bit PNG of its image's
/// size.
[[nodiscard]] PackSource voc_source(const std::filesystem::path& folder, const std::string& split,
                                    SkipLog& skips, const DecodeLimits& decode);

}  // namespace roiflow
