#include "io/image_folder.hpp"

#include <algorithm>
#include <cctype>

#include "io/file_name.hpp"
#include "io/files/folder.hpp"
#include "io/files/output_file.hpp"
#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

bool is_image(const fs::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

}  // namespace

FolderListing list_images(const fs::path& folder) {
  std::error_code error;
  FolderListing listing;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    if (is_image(entry->path())) {
      listing.images.push_back(entry->path().lexically_relative(folder).generic_string());
    } else {
      ++listing.other_files;
    }
  }
  require(!error, ErrorCode::no_input, "{}: cannot list the folder of images: {}", folder.string(),
          error.message());
  std::ranges::sort(listing.images);
  return listing;
}

std::vector<std::uint8_t> read_bytes(const fs::path& file) {
  const InputFile input(file.string());
  return input.read(0, input.size(), "image");
}

void write_bytes(const fs::path& file, std::span<const std::uint8_t> bytes) {
  create_folder(file.parent_path());
  OutputFile output(file, O_CREAT | O_TRUNC);
  output.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  output.close();
}

void write_below(const fs::path& folder, const std::string& name,
                 std::span<const std::uint8_t> bytes, const std::string& item) {
  const std::string_view problem = file_name_problem(name);
  require(problem.empty(), ErrorCode::bad_data,
          "{}: expected a file name below the folder, found {}: '{}'", item, problem, name);
  const fs::path file = folder / name;
  std::error_code ignored;
  require(!fs::exists(file, ignored), ErrorCode::bad_data,
          "{}: expected every file name once, found '{}' again", item, name);
  write_bytes(file, bytes);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace roiflow
