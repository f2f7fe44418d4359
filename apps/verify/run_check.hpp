/// Checks a run directory: that what it holds is whole and fits together.
///
///   journal    every record's check sum; images in order, without gaps; or how far it is whole
///   report     report.json is JSON of a run; processed + failed = total
///   files      each published file has the length and SHA-256 that the report gives
///   predictions, results, errors   are read to their end, and count what the report counts
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace roiflow {

struct RunCheck {
  std::string name;  ///< "journal"
  bool good = true;
  std::string message;  ///< what was found
};

struct RunState {
  std::vector<RunCheck> checks;
  bool complete = false;              ///< there is a report, and no journal of an unfinished run
  std::optional<std::string> holder;  ///< who works in it at this moment

  [[nodiscard]] bool good() const;
};

/// Error{no_input} if there is no run in this directory.
[[nodiscard]] RunState check_run(const std::filesystem::path& directory);

}  // namespace roiflow
