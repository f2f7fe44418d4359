#include "io/label_folder.hpp"

#include <algorithm>
#include <cctype>

#include "io/image_folder.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

bool is_png(const fs::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png";
}

}  // namespace

std::string file_stem(std::string_view file_name) {
  return fs::path(file_name).replace_extension().generic_string();
}

LabelFolder::LabelFolder(const fs::path& folder, std::string_view what) : folder_(folder) {
  require(is_folder(folder), ErrorCode::no_input,
          "{}: expected the folder of label maps ({}), found none", folder.string(), what);
  for (const std::string& name : list_images(folder).images) {
    if (!is_png(name)) continue;
    const auto [place, is_new] = files_.emplace(file_stem(name), name);
    require(is_new, ErrorCode::bad_data,
            "{}: expected one label map of each name ({}), found {} and {}", folder.string(), what,
            place->second, name);
  }
  require(!files_.empty(), ErrorCode::no_input, "{}: expected label maps as .png ({}), found none",
          folder.string(), what);
  for (const auto& [stem, name] : files_) stems_.push_back(stem);
}

fs::path LabelFolder::file(const std::string& stem) const {
  const auto found = files_.find(stem);
  return folder_ / (found != files_.end() ? found->second : stem + ".png");
}

std::vector<std::uint8_t> LabelFolder::read(const std::string& stem) const {
  return read_bytes(file(stem));
}

}  // namespace roiflow
