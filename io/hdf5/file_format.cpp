#include "io/hdf5/file_format.hpp"

#include "stages/core/error.hpp"

namespace roiflow::hdf5 {

Group open_root(const File& file, const FileFormat& format) {
  Group root = file.root();
  const std::string found = root.has_attribute("format") ? root.text_attribute("format") : "";
  require(found == format.name, ErrorCode::bad_data,
          "{}: expected {} (attribute format = '{}'), found format = '{}'{}", file.path(),
          format.what, format.name, found, format.hint);
  const std::int64_t version = root.integer_attribute("version");
  require(version == format.version, ErrorCode::bad_data,
          "{}: expected version {} of the format {}, found version {}", file.path(), format.version,
          format.name, version);
  return root;
}

void write_format(Group& root, std::string_view name, std::int64_t version) {
  root.set_attribute("format", std::string(name));
  root.set_attribute("version", version);
}

}  // namespace roiflow::hdf5
