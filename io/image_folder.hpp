/// A folder of image files: what is in it, and the bytes of one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace roiflow {

struct FolderListing {
  std::vector<std::string> images;  ///< relative to the folder, '/' between, sorted bytewise
  std::int64_t other_files = 0;     ///< files whose name does not end in .jpg, .jpeg or .png
};

/// Looks into sub-folders too; the case of the ending does not matter. Error{no_input} if there is
/// no such folder or a part of it cannot be read.
[[nodiscard]] FolderListing list_images(const std::filesystem::path& folder);

/// Error{no_input} if the file does not exist or cannot be opened, Error{io} if reading fails.
[[nodiscard]] std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);

/// Writes a new file, folders included; one of many, so it is not synchronised to disk.
/// Error{cannot_create}, Error{io}.
void write_bytes(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// The same below `folder`, for a name that comes from a data set of anybody: Error{bad_data},
/// which begins with `item`, if it leads out of the folder or if there is such a file already.
void write_below(const std::filesystem::path& folder, const std::string& name,
                 std::span<const std::uint8_t> bytes, const std::string& item);

/// Whether there is such a folder; false also where that cannot be found out.
[[nodiscard]] bool is_folder(const std::filesystem::path& path);

}  // namespace roiflow
