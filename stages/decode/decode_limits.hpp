/// What one image may cost, hostile ones included, and whether a damaged one is taken. The options
/// that set this are those of apps/decode_options.hpp; messages name them.
#pragma once

#include <cstdint>

namespace roiflow {

struct DecodeLimits {
  std::int64_t max_pixels = 100'000'000;              ///< width x height
  int max_scans = 256;                                ///< JPEG
  std::int64_t max_bytes = std::int64_t{512} << 20U;  ///< pixels and what the decoder needs beside
  double max_seconds = 10;                            ///< processor time of the thread that decodes
  /// Take images that end early or that the decoder warns of, and say so, instead of refusing them.
  bool accept_truncated = false;
};

}  // namespace roiflow
