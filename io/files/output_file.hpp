/// A file that is written from its present end on, through a buffer, every step checked.
///
/// Errors: Error{cannot_create} when it cannot be opened; Error{io} with the system's reason ("No
/// space left on device") when it cannot be written. After an Error{io} the end of the file is not
/// known; whoever reads it later must be able to tell (the journal's check sums), or the file is
/// thrown away (PendingFile).
///
/// Example: OutputFile out("log", O_CREAT | O_TRUNC); out.write("line\n"); out.close();
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/files/descriptor.hpp"

namespace roiflow {

class OutputFile {
 public:
  /// `flags` as for open(2), without the access mode.
  OutputFile(std::filesystem::path path, int flags);
  /// `file` is open for writing already; `path` is its name.
  OutputFile(std::filesystem::path path, Descriptor file);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return file_.get(); }

  void write(std::string_view bytes);
  /// Nothing is left in the buffer: other processes see it all.
  void flush();
  /// The disk has it all.
  void synchronise();
  void close();

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
};

/// However many calls it takes; false, with errno, if one fails.
[[nodiscard]] bool write_all(const Descriptor& file, std::string_view bytes);

/// The disk knows the file's name: its directory's list is safe. Error{io}.
void synchronise_directory_of(const std::filesystem::path& file);

}  // namespace roiflow
