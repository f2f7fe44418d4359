/// Progress of a long job on stderr: a bar with rate and time left on a terminal, a line every few
/// seconds otherwise, nothing if quiet. Called by one thread at a time.
///
/// Example: Progress progress("run", 5000, options.flag("quiet")); progress.update(done, failed);
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace roiflow {

class Progress {
 public:
  enum class Style { none, lines, bar };

  /// The style that suits stderr as it is now.
  static Style style_for_stderr(bool quiet);

  Progress(std::string job, std::int64_t total, Style style);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { end_line(); }

  void update(std::int64_t done, std::int64_t failed);
  /// Leaves the line that the bar stands on; call before printing anything else.
  void end_line();

  /// What update() shows, without bar and line end: "run 120/5000, 12.3 images/s, 6:37 left, 1
  /// failed".
  [[nodiscard]] static std::string text(const std::string& job, std::int64_t done,
                                        std::int64_t total, std::int64_t failed, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  const std::string job_;
  const std::int64_t total_;
  const Style style_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
  bool open_line_ = false;
};

}  // namespace roiflow
