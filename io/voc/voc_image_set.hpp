/// Inside of the VOC room: which images a split has, and where they lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace roiflow {

struct VocImageName {
  std::string name;  ///< "000001"
  std::string rest;  ///< what stands behind it on its line, as written: "  1"
};

struct VocImageSet {
  std::string name;  ///< "Main/test"; "" without a split
  std::vector<VocImageName> images;
};

/// The folder with JPEGImages: `folder` itself, or the only such one below it. Error{no_input}.
[[nodiscard]] std::filesystem::path voc_root(const std::filesystem::path& folder);

/// Error{no_input} if there is no such split (and which there are), Error{bad_data} with the line.
[[nodiscard]] VocImageSet voc_image_set(const std::filesystem::path& root,
                                        const std::string& split);

/// "000001.jpg". Error{no_input} if there is no image of that name, Error{bad_data} if several.
[[nodiscard]] std::string voc_image_file(const std::filesystem::path& image_folder,
                                         const std::string& name);

}  // namespace roiflow
