#include "apps/decode_options.hpp"

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20U;

template <class T>
T positive(const ParsedOptions& options, const char* option, T most) {
  const T value = options.get<T>(option);
  require(value > 0 && value <= most, ErrorCode::usage,
          "--{} must be more than 0 and at most {}, found {}", option, most, value);
  return value;
}

}  // namespace

void add_decode_limit_options(Options& options) {
  const DecodeLimits usual;
  options.add()("max-pixels",
                po::value<std::int64_t>()->value_name("N")->default_value(usual.max_pixels),
                "images with more pixels are refused before memory is taken")(
      "max-scans", po::value<int>()->value_name("N")->default_value(usual.max_scans),
      "so are JPEG files with more scans (progressive ones have about ten)")(
      "max-decode-seconds", po::value<double>()->value_name("S")->default_value(usual.max_seconds),
      "so are images that take longer to decode, in processor time")(
      "max-decode-memory",
      po::value<std::int64_t>()->value_name("MIB")->default_value(usual.max_bytes / mebibyte),
      "so are images that need more memory while they are decoded, their pixels included");
}

void add_decode_options(Options& options) {
  add_decode_limit_options(options);
  options.add()(
      "accept-truncated", po::bool_switch(),
      "decode images that are damaged or end early as far as they go, and say so, instead "
      "of counting them as failed");
}

DecodeLimits decode_limits(const ParsedOptions& options) {
  constexpr std::int64_t most_pixels = std::int64_t{1} << 40U, most_mebibytes = 1 << 20U;
  constexpr int most_scans = 1'000'000;
  constexpr double most_seconds = 1e6;
  return {.max_pixels = positive(options, "max-pixels", most_pixels),
          .max_scans = positive(options, "max-scans", most_scans),
          .max_bytes = positive(options, "max-decode-memory", most_mebibytes) * mebibyte,
          .max_seconds = positive(options, "max-decode-seconds", most_seconds),
          .accept_truncated = options.flag("accept-truncated")};
}

}  // namespace roiflow
