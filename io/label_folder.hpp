/// A folder of label maps: PNG files named like the images they belong to, but for the ending.
///
/// The label map of the image `a/b.jpg` is `a/b.png` in the folder (the case of .png does not
/// matter); "a/b" is called the stem here. `unpack` writes such a folder.
///
/// Errors: Error{no_input} if there is no such folder or no PNG in it, Error{bad_data} if two files
/// have the same stem (b.png and b.PNG).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roiflow {

/// "a/b" for "a/b.jpg".
[[nodiscard]] std::string file_stem(std::string_view file_name);

class LabelFolder {
 public:
  /// Looks into sub-folders too. `what` names the folder in messages: "--labels", "predictions".
  LabelFolder(const std::filesystem::path& folder, std::string_view what);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] const std::vector<std::string>& stems() const { return stems_; }  ///< sorted
  [[nodiscard]] bool has(const std::string& stem) const { return files_.contains(stem); }
  /// The file of a stem; where it should be, if there is none.
  [[nodiscard]] std::filesystem::path file(const std::string& stem) const;
  /// The bytes of the file; Error{no_input} if there is none.
  [[nodiscard]] std::vector<std::uint8_t> read(const std::string& stem) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> stems_;
  std::map<std::string, std::string> files_;  ///< stem: name below the folder
};

}  // namespace roiflow
