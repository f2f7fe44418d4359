#include "io/weights/torch_zip.hpp"

#include <algorithm>

#include "io/weights/pickle.hpp"
#include "io/weights/zip_archive.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::uint64_t max_pickle_bytes = 64U << 20U;
constexpr std::string_view pickle_name = "data.pkl";

/// Everything in the archive stands in one folder; "NAME/" of NAME/data.pkl.
std::string find_folder(const ZipArchive& archive) {
  std::string folder;
  for (const auto& [name, entry] : archive.entries()) {
    if (name != pickle_name && !name.ends_with("/data.pkl")) continue;
    require(folder.empty(), ErrorCode::bad_data, "{}: expected one data.pkl, found '{}' and '{}'",
            archive.path(), folder + std::string(pickle_name), name);
    folder = name.substr(0, name.size() - pickle_name.size());
  }
  const bool one_level = std::ranges::count(folder, '/') == 1;
  require(one_level, ErrorCode::bad_data,
          "{}: expected NAME/data.pkl as torch.save writes it, found {}", archive.path(),
          folder.empty() ? std::string("none") : "'" + folder + "data.pkl'");
  return folder;
}

void refuse_code(const ZipArchive& archive, const std::string& folder) {
  for (const auto& [name, entry] : archive.entries()) {
    const bool script = name.starts_with(folder + "code/") || name == folder + "constants.pkl";
    require(!script, ErrorCode::bad_data,
            "{}: is a TorchScript archive (entry '{}'); expected the tensors alone: "
            "torch.save(model.state_dict(), FILE)",
            archive.path(), name);
  }
}

void check_byte_order(const ZipArchive& archive, const std::string& folder) {
  const std::string name = folder + "byteorder";
  if (!archive.entries().contains(name)) return;  // written since torch 2.1
  const auto bytes = archive.read(name, 16);
  const std::string order(bytes.begin(), bytes.end());
  require(order == "little", ErrorCode::bad_data, "{}: entry '{}': expected 'little', found '{}'",
          archive.path(), name, order == "big" ? order : "something else");
}

}  // namespace

ImportedWeights read_torch_zip(const std::string& path) {
  const ZipArchive archive(path);
  const std::string folder = find_folder(archive);
  refuse_code(archive, folder);
  check_byte_order(archive, folder);

  const auto bytes = archive.read(folder + std::string(pickle_name), max_pickle_bytes);
  const std::string source = path + ": " + folder + std::string(pickle_name);
  const pickle::Document document = pickle::read(bytes, source);
  require(document.bytes == bytes.size(), ErrorCode::bad_data,
          "{}: expected the end after STOP at byte {}, found {} more bytes", source, document.bytes,
          bytes.size() - document.bytes);

  const auto read_storage = [&](const pickle::Storage& storage) {
    auto data = archive.read(folder + "data/" + storage.key);
    const std::size_t element = bytes_of(storage.element);
    require(data.size() % element == 0 && data.size() / element == storage.elements,
            ErrorCode::bad_data, "{}: storage '{}': expected {} elements of {}, found {} bytes",
            path, storage.key, storage.elements, name(storage.element), data.size());
    return data;
  };
  // Storages that no tensor uses must exist as well: a file without them was damaged.
  for (const auto& [key, storage] : document.storages) {
    require(archive.entries().contains(folder + "data/" + key), ErrorCode::bad_data,
            "{}: storage '{}' is named in data.pkl but missing in the archive", path, key);
  }
  StateDict state = find_state_dict(document, source);
  return {load_tensors(state, read_storage, path), std::move(state.ignored), "torch zip"};
}

}  // namespace roiflow
