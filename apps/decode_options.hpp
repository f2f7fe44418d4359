/// The command-line options of decoding: what one image may cost, and whether a damaged one is
/// taken. Every command that decodes images knows them, because messages name them.
#pragma once

#include "apps/options.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

/// --max-pixels, --max-scans, --max-decode-seconds, --max-decode-memory.
void add_decode_limit_options(Options& options);

/// These and --accept-truncated.
void add_decode_options(Options& options);

/// Throws Error{usage} for a limit that is not positive.
[[nodiscard]] DecodeLimits decode_limits(const ParsedOptions& options);

}  // namespace roiflow
