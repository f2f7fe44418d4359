#include "io/voc/voc_image_set.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "io/file_name.hpp"
#include "io/image_folder.hpp"
#include "io/voc/xml_tree.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Names in a folder, sorted; of a folder that cannot be read, none.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// "Main/test", if its file exists.
std::optional<std::string> find_split(const fs::path& sets, const std::string& split) {
  const std::string_view problem = file_name_problem(split);
  require(problem.empty(), ErrorCode::usage, "--split names a list below {}, found {}: '{}'",
          sets.string(), problem, split);
  if (split.find('/') != std::string::npos) {
    return is_file(sets / (split + ".txt")) ? std::optional(split) : std::nullopt;
  }
  for (const std::string task : {"Main", "Segmentation"}) {
    if (is_file(sets / task / (split + ".txt"))) return task + "/" + split;
  }
  return std::nullopt;
}

[[noreturn]] void refuse_split(const fs::path& sets, const std::string& split) {
  constexpr std::size_t most_listed = 12;
  std::vector<std::string> present;
  for (const std::string task : {"Main", "Segmentation"}) {
    for (const std::string& name : names_in(sets / task)) {
      if (name.ends_with(".txt")) present.push_back(task + "/" + name.substr(0, name.size() - 4));
    }
  }
  const std::size_t more = present.size() > most_listed ? present.size() - most_listed : 0;
  present.resize(present.size() - more);
  fail(ErrorCode::no_input, "{}: expected Main/{}.txt or Segmentation/{}.txt (--split), found {}{}",
       sets.string(), split, split,
       present.empty() ? "no lists" : fmt::format("{}", fmt::join(present, ", ")),
       more > 0 ? fmt::format(" and {} more", more) : "");
}

VocImageSet read_list(const fs::path& file, const std::string& name) {
  VocImageSet set{name, {}};
  std::map<std::string, std::size_t> line_of;
  const auto bytes = read_bytes(file);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos) continue;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    VocImageName image{line.substr(begin, end - begin), line.substr(end)};
    if (trimmed(image.rest).empty()) image.rest.clear();
    const std::string_view problem = file_name_problem(image.name);
    require(problem.empty(), ErrorCode::bad_data,
            "{}: line {}: expected the name of an image, found {}: '{}'", file.string(), number,
            problem, image.name);
    const auto [first, is_new] = line_of.emplace(image.name, number);
    require(is_new, ErrorCode::bad_data,
            "{}: line {}: expected every image once, found '{}' of line {} again", file.string(),
            number, image.name, first->second);
    set.images.push_back(std::move(image));
  }
  require(!set.images.empty(), ErrorCode::bad_data, "{}: expected names of images, found none",
          file.string());
  return set;
}

VocImageSet all_images(const fs::path& folder) {
  const FolderListing listing = list_images(folder);
  require(!listing.images.empty(), ErrorCode::no_input,
          "{}: expected .jpg, .jpeg or .png files, found none among {} files", folder.string(),
          listing.other_files);
  VocImageSet set;
  for (const std::string& file : listing.images) {
    std::string name = fs::path(file).replace_extension().string();
    if (set.images.empty() || set.images.back().name != name) {
      set.images.push_back({std::move(name), {}});
    }
  }
  return set;
}

}  // namespace

fs::path voc_root(const fs::path& folder) {
  require(is_folder(folder), ErrorCode::no_input,
          "{}: expected a VOCdevkit folder (--voc), found none", folder.string());
  if (is_folder(folder / "JPEGImages")) return folder;
  std::vector<std::string> below;
  for (const std::string& name : names_in(folder)) {
    if (is_folder(folder / name / "JPEGImages")) below.push_back(name);
  }
  require(below.size() == 1, ErrorCode::no_input,
          "{}: expected a folder JPEGImages in it or in one folder below it (--voc), found {}",
          folder.string(),
          below.empty() ? "none" : fmt::format("several: {}", fmt::join(below, ", ")));
  return folder / below[0];
}

VocImageSet voc_image_set(const fs::path& root, const std::string& split) {
  if (split.empty()) return all_images(root / "JPEGImages");
  const fs::path sets = root / "ImageSets";
  const auto found = find_split(sets, split);
  if (!found) refuse_split(sets, split);
  return read_list(sets / (*found + ".txt"), *found);
}

std::string voc_image_file(const fs::path& image_folder, const std::string& name) {
  constexpr std::array endings = {".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"};
  std::vector<std::string> found;
  for (const char* ending : endings) {
    if (is_file(image_folder / (name + ending))) found.push_back(name + ending);
  }
  require(!found.empty(), ErrorCode::no_input,
          "{}: expected an image {}.jpg (or .jpeg, .png), found none (--skip-bad leaves such "
          "images out)",
          image_folder.string(), name);
  require(found.size() == 1, ErrorCode::bad_data,
          "{}: expected one image of the name {}, found {} (--skip-bad leaves such images out)",
          image_folder.string(), name, fmt::join(found, ", "));
  return found[0];
}

}  // namespace roiflow
