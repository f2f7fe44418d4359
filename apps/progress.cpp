#include "apps/progress.hpp"

#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace roiflow {
namespace {

constexpr int bar_columns = 30;
constexpr auto bar_interval = std::chrono::milliseconds(100);
constexpr auto line_interval = std::chrono::seconds(5);

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar(std::int64_t done, std::int64_t total) {
  const auto filled = total > 0 ? static_cast<int>(bar_columns * done / total) : bar_columns;
  return fmt::format("[{:#<{}}{:.<{}}]", "", filled, "", bar_columns - filled);
}

}  // namespace

Progress::Style Progress::style_for_stderr(bool quiet) {
  if (quiet) return Style::none;
  return isatty(STDERR_FILENO) == 1 ? Style::bar : Style::lines;
}

Progress::Progress(std::string job, std::int64_t total, Style style)
    : job_(std::move(job)), total_(total), style_(style) {}

void Progress::end_line() {
  if (open_line_) std::fputc('\n', stderr);
  open_line_ = false;
}

void Progress::update(std::int64_t done, std::int64_t failed) {
  if (style_ == Style::none) return;
  const auto now = Clock::now();
  const bool last = done == total_;
  const auto pause = style_ == Style::bar ? Clock::duration(bar_interval) : line_interval;
  if (!last && now - shown_ < pause) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line = text(job_, done, total_, failed, seconds);
  if (style_ == Style::bar) {
    fmt::print(stderr, "\r{} {}\x1b[K", bar(done, total_), line);
    open_line_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

std::string Progress::text(const std::string& job, std::int64_t done, std::int64_t total,
                           std::int64_t failed, double seconds) {
  std::string line = fmt::format("{} {}/{}", job, done, total);
  if (seconds > 0 && done > 0) {
    const double rate = static_cast<double>(done) / seconds;
    line += fmt::format(", {:.{}f} images/s", rate, rate < 10 ? 2 : 1);
    if (done < total) {
      line += fmt::format(", {} left", duration_text(static_cast<double>(total - done) / rate));
    } else {
      line += fmt::format(", took {}", duration_text(seconds));
    }
  }
  if (failed > 0) line += fmt::format(", {} failed", failed);
  return line;
}

}  // namespace roiflow
