/// A headless Chromium, where one is installed (Debian's `chromium`).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tests/support/program.hpp"

namespace roiflow::test {

inline const std::string no_browser = "no chromium; install Debian's package chromium";

class Browser {
 public:
  static std::optional<Browser> find(const std::filesystem::path& profile) {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0) return std::nullopt;
    return Browser(profile);
  }
  /// Everything that the page wrote to the console is in `text`, in lines with "CONSOLE".
  [[nodiscard]] ProgramResult open(const std::filesystem::path& page,
                                   const std::string& options) const {
    return run_shell(fmt::format(
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
        "--user-data-dir='{}' --no-first-run --hide-scrollbars --virtual-time-budget=4000 "
        "--enable-logging=stderr --v=0 {} 'file://{}'",
        profile_.string(), options, page.string()));
  }

 private:
  explicit Browser(std::filesystem::path profile) : profile_(std::move(profile)) {}
  std::filesystem::path profile_;
};

}  // namespace roiflow::test
