#include "apps/log.hpp"

#include <algorithm>

#include <unistd.h>

#include "stages/core/error.hpp"

namespace roiflow {

LogLevel log_level(std::string_view name) {
  const auto* found = std::ranges::find(log_level_names, name);
  require(found != log_level_names.end(), ErrorCode::usage,
          "--log-level must be one of {}, found {}", fmt::join(log_level_names, ", "), name);
  return static_cast<LogLevel>(found - log_level_names.begin());
}

Log::Log(LogLevel most, std::FILE* out)
    : most_(most), out_(out), terminal_(isatty(fileno(out)) == 1) {}

void Log::put(LogLevel level, const std::string& text) const {
  const std::string_view name = log_level_names[static_cast<std::size_t>(level)];
  // A progress bar may stand on this line; it is drawn again with the next image.
  const std::string_view clear = terminal_ ? "\r\x1b[K" : "";
  std::string line;
  if (level <= LogLevel::warning) {
    line = fmt::format("{}roiflow: {}: {}\n", clear, name, text);
  } else {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    line = fmt::format("{}roiflow: {} [{:.2f} s]: {}\n", clear, name, elapsed.count(), text);
  }
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

}  // namespace roiflow
