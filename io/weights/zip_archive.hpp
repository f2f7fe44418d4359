/// A zip archive that is read and not trusted: the list of its entries is checked when it is
/// opened (its records must be the whole file, zip_layout.hpp), and every entry is read whole, to
/// its declared size, with its checksum.
///
/// Errors: Error{bad_data} naming the archive and the entry; Error{io} if reading fails.
///
/// Example: ZipArchive archive("model.pth"); archive.read("archive/version") is "3\n".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace roiflow {

class ZipArchive {
 public:
  struct Entry {
    std::uint64_t index = 0;
    std::uint64_t bytes = 0;  ///< unpacked
  };

  explicit ZipArchive(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const {
    return entries_;
  }
  /// At most `most` bytes, otherwise Error{bad_data}.
  [[nodiscard]] std::vector<std::uint8_t> read(std::string_view name,
                                               std::uint64_t most = UINT64_MAX) const;

 private:
  void check_entry(std::uint64_t index, std::uint64_t& unpacked_total);

  struct Close {
    void operator()(zip* archive) const;
  };
  std::string path_;
  std::uint64_t file_bytes_ = 0;
  std::unique_ptr<zip, Close> archive_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace roiflow
