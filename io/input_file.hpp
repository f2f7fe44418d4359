/// A file that is read by offset, every read checked against the real size of the file.
///
/// Used by the readers of foreign formats (weights): they take sizes from a header that nobody has
/// to believe, so a read that would pass the end of the file is refused before memory is reserved.
///
/// Errors: Error{no_input} if the path does not name a readable regular file; Error{bad_data} for a
/// range outside the file; Error{io} if the system fails to read.
///
/// Example: InputFile file("model.pth"); file.read(0, 4, "magic") are its first four bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/files/descriptor.hpp"

namespace roiflow {

class InputFile {
 public:
  explicit InputFile(std::string path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// `what` names the item in the message, e.g. "header".
  [[nodiscard]] std::vector<std::uint8_t> read(std::uint64_t offset, std::uint64_t bytes,
                                               std::string_view what) const;
  /// Fills `out` from `offset` on; fewer bytes only where the file ends.
  [[nodiscard]] std::size_t read_some(std::uint64_t offset, std::span<char> out) const;
  /// The whole file in blocks of a megabyte, in order.
  void each_block(const std::function<void(std::string_view)>& use) const;

 private:
  std::string path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// By its first bytes; an HDF5 file may be named anything. Error{no_input}.
[[nodiscard]] bool is_hdf5(const std::filesystem::path& path);

}  // namespace roiflow
