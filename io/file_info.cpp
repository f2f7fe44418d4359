#include "io/file_info.hpp"

#include "io/hdf5/hdf5.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr int most_levels = 16;  // ours have 4; a hostile file may have thousands

void collect(const hdf5::Group& group, const std::string& prefix, int level, FileInfo& info) {
  require(level < most_levels, ErrorCode::bad_data, "{}: expected at most {} levels of groups",
          group.location(), most_levels);
  for (const std::string& name : group.children()) {
    const std::string path = prefix + "/" + name;
    if (group.is_group(name)) {
      collect(group.group(name), path, level + 1, info);
    } else {
      const hdf5::Dataset array = group.dataset(name);
      info.arrays.push_back({path, std::string(hdf5::name(array.type())), array.shape()});
    }
  }
}

}  // namespace

std::int64_t FileArray::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

FileInfo file_info(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  const hdf5::File file = hdf5::open_file(path);
  const hdf5::Group root = file.root();
  require(root.has_attribute("format") && root.has_attribute("version"), ErrorCode::bad_data,
          "{}: expected a file of this program (attributes format and version), found an HDF5 file "
          "of another kind",
          file.path());
  FileInfo info;
  info.format = root.text_attribute("format");
  info.version = root.integer_attribute("version");
  info.bytes = std::filesystem::file_size(path);
  for (const std::string& name : root.attribute_names()) {
    if (name != "format" && name != "version") {
      info.attributes.emplace_back(name, root.attribute(name));
    }
  }
  collect(root, "", 0, info);
  return info;
}

}  // namespace roiflow
