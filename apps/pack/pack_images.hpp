/// The second half of `pack`, the same for every source: image files are read, checked against
/// their records and written into the data set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/pack/skip_log.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

/// What a source says about its images before their files are opened.
struct PackSource {
  std::filesystem::path folder;                      ///< that `file_name` of the records is below
  std::vector<ImageRecord> images;                   ///< width 0: the size is taken from the file
  std::vector<std::vector<Annotation>> annotations;  ///< [image]
  DatasetInfo info;
  /// Adds what belongs to an image besides its file (label maps); may be empty.
  std::function<void(Sample&)> complete;
  DecodeLimits decode{};  ///< what one image may cost
};

/// Writes the whole data set. If `skips` allows it, images that are missing, damaged or of another
/// size than annotated are left out; otherwise they are Error{no_input} or Error{bad_data}.
/// Says on stderr how many files hold another format than they are named after.
void pack_images(const std::filesystem::path& output, PackSource source, SkipLog& skips,
                 bool quiet);

}  // namespace roiflow
