#include "apps/run/run_watch.hpp"

#include <charconv>
#include <cmath>

namespace roiflow {

FailureLimit parse_failure_limit(const std::string& text, std::int64_t images) {
  const bool percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (percent ? 1 : 0);
  double number = -1;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool whole = percent ? number <= 100 : number == std::floor(number) && number < 1e15;
  require(error == std::errc() && stop == end && number >= 0 && whole, ErrorCode::usage,
          "--max-failures must be a number of images, or a percentage like 5%; found '{}'", text);
  const double most = percent ? number * static_cast<double>(images) / 100 : number;
  return {static_cast<std::int64_t>(most), "--max-failures " + text};
}

void RunWatch::count(bool ok) {
  if (!ok) ++failed_;
  if (too_many_failures()) ended_ = true;
}

void RunWatch::give_up(const Failure& why) {
  reason_ = why;
  ended_ = true;
}

}  // namespace roiflow
