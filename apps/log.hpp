/// What a command tells about its work, on stderr, by level; results go to stdout, progress has a
/// place of its own (progress.hpp). The form is that of the errors that main prints:
///
///   roiflow: warning: image 12 (a.jpg) failed: ...
///   roiflow: info [0.41 s]: model.h5: loaded, 44.2 million parameters
///
/// The time is since the Log was made. Thread-safe: a message is one write of whole lines.
///
/// Example: const Log log = options.log(); log.info("{}: {} images", path, count);
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace roiflow {

/// Ascending: a level shows itself and everything before it.
enum class LogLevel { error, warning, info, debug };

inline constexpr std::array<std::string_view, 4> log_level_names = {"error", "warning", "info",
                                                                    "debug"};

/// Error{usage} naming the option if it is none of these names.
[[nodiscard]] LogLevel log_level(std::string_view name);

class Log {
 public:
  explicit Log(LogLevel most = LogLevel::warning, std::FILE* out = stderr);

  [[nodiscard]] bool shows(LogLevel level) const { return level <= most_; }

  template <class... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::warning, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::info, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::debug, text, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void write(LogLevel level, fmt::format_string<Args...> text, Args&&... args) const {
    if (shows(level)) put(level, fmt::format(text, std::forward<Args>(args)...));
  }
  void put(LogLevel level, const std::string& text) const;

  LogLevel most_;
  std::FILE* out_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool terminal_;
};

}  // namespace roiflow
