#include "io/weights/torch_zip.hpp"

#include <algorithm>

#include "io/weights/load_tensors.hpp"
#include "io/weights/pickle.hpp"
#include "io/weights/torch_script.hpp"
#include "io/weights/zip_archive.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::uint64_t max_pickle_bytes = 64U << 20U;
constexpr std::uint64_t max_code_bytes = 1U << 20U;  ///< of one file
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

/// How many entries hold code: a TorchScript archive has some. It is never run.
std::size_t count_code(const ZipArchive& archive, const std::string& folder) {
  return static_cast<std::size_t>(std::ranges::count_if(archive.entries(), [&](const auto& item) {
    return item.first.starts_with(folder + "code/") || item.first == folder + "constants.pkl";
  }));
}

void check_byte_order(const ZipArchive& archive, const std::string& folder) {
  const std::string name = folder + "byteorder";
  if (!archive.entries().contains(name)) return;  // written since torch 2.1
  const auto bytes = archive.read(name, 16);
  const std::string order(bytes.begin(), bytes.end());
  require(order == "little", ErrorCode::bad_data, "{}: entry '{}': expected 'little', found '{}'",
          archive.path(), name, order == "big" ? order : "something else");
}

/// Before anything is read: what a storage claims to hold bounds the memory of the tensors. Those
/// that no tensor uses must exist as well, a file without them was damaged.
void check_storages(const ZipArchive& archive, const std::string& folder,
                    const pickle::Document& document) {
  for (const auto& [key, storage] : document.storages) {
    const auto entry = archive.entries().find(folder + "data/" + key);
    require(entry != archive.entries().end(), ErrorCode::bad_data,
            "{}: storage '{}' is named in data.pkl but missing in the archive", archive.path(),
            key);
    const std::uint64_t bytes = entry->second.bytes;
    const std::size_t element = bytes_of(storage.element);
    require(bytes % element == 0 && bytes / element == storage.elements, ErrorCode::bad_data,
            "{}: storage '{}': expected {} elements of {}, found {} bytes", archive.path(), key,
            storage.elements, name(storage.element), bytes);
  }
}

}  // namespace

ImportedWeights read_torch_zip(const std::string& path) {
  const ZipArchive archive(path);
  const std::string folder = find_folder(archive);
  check_byte_order(archive, folder);

  const auto bytes = archive.read(folder + std::string(pickle_name), max_pickle_bytes);
  const std::string source = path + ": " + folder + std::string(pickle_name);
  const std::size_t code = count_code(archive, folder);
  const pickle::Document document = pickle::read(
      bytes, source, {}, code > 0 ? pickle::Dialect::torch_script : pickle::Dialect::state_dict);
  require(document.bytes == bytes.size(), ErrorCode::bad_data,
          "{}: expected the end after STOP at byte {}, found {} more bytes", source, document.bytes,
          bytes.size() - document.bytes);

  check_storages(archive, folder, document);
  const auto read_storage = [&](const pickle::Storage& storage) {
    return archive.read(folder + "data/" + storage.key);
  };
  if (code == 0) {
    return load_tensors(find_state_dict(document, source), read_storage, path, "torch zip");
  }
  const auto read_code = [&](const std::string& entry) {
    if (!archive.entries().contains(folder + entry)) return std::string();
    const auto text = archive.read(folder + entry, max_code_bytes);
    return std::string(text.begin(), text.end());
  };
  ImportedWeights imported = load_tensors(find_script_tensors(document, source, read_code),
                                          read_storage, path, "torch script");
  imported.ignored.push_back(fmt::format("code ({} entries, not run)", code));
  return imported;
}

}  // namespace roiflow
