/// Whether a file is still the one that was opened: a data set or model that is replaced while a
/// run reads it gives results of neither.
///
/// Example: const FileStamp before = stamp_of("a.h5"); ... if (stamp_of("a.h5") != before) ...
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>

namespace roiflow {

struct FileStamp {
  std::uint64_t bytes = 0, device = 0, node = 0;
  std::int64_t modified_s = 0, modified_ns = 0;
  auto operator<=>(const FileStamp&) const = default;
};

/// All zero if there is no such file.
[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& path);

}  // namespace roiflow
