#include "io/weights/torch_legacy.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "io/weights/load_tensors.hpp"
#include "io/weights/pickle.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

// 0x1950a86a20f9469cfc6c, little-endian
constexpr std::string_view magic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t protocol_version = 1001;
constexpr std::uint64_t max_pickles_bytes = 64U << 20U;

/// The pickles one after the other.
class Pickles {
 public:
  explicit Pickles(const InputFile& file)
      : file_(file), bytes_(file.read(0, std::min(file.size(), max_pickles_bytes), "pickles")) {}

  pickle::Document next(std::string_view what) {
    const std::string source = fmt::format("{}: {} at byte {}", file_.path(), what, position_);
    auto document = pickle::read(std::span(bytes_).subspan(position_), source);
    position_ += document.bytes;
    return document;
  }
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  const InputFile& file_;
  std::vector<std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

void read_preamble(Pickles& pickles, const std::string& path) {
  const auto number = pickles.next("magic number");
  const auto* big = pickle::get_if<pickle::BigInteger>(number.root);
  require(big != nullptr && big->bytes == magic, ErrorCode::bad_data,
          "{}: expected torch's magic number, found {}", path, pickle::kind(*number.root));
  const auto version = pickles.next("protocol version");
  const auto* value = pickle::get_if<std::int64_t>(version.root);
  require(value != nullptr && *value == protocol_version, ErrorCode::bad_data,
          "{}: protocol version: expected {}, found another", path, protocol_version);
  const auto machine = pickles.next("machine description");
  const auto* items = pickle::get_if<pickle::Dict>(machine.root);
  require(items != nullptr, ErrorCode::bad_data, "{}: machine description: expected a dict", path);
  for (const auto& [key, entry] : items->items) {
    const auto* text = pickle::get_if<std::string>(key);
    const auto* flag = pickle::get_if<bool>(entry);
    require(text == nullptr || *text != "little_endian" || (flag != nullptr && *flag),
            ErrorCode::bad_data, "{}: expected a little-endian file", path);
  }
}

using Offsets = std::map<std::string, std::uint64_t, std::less<>>;

/// Where the elements of each storage begin; checks that they fill the file to its end.
Offsets locate_storages(const InputFile& file, const pickle::Document& object,
                        const pickle::List& keys, std::uint64_t position) {
  const std::string& path = file.path();
  Offsets offsets;
  for (const pickle::Value* item : keys.items) {
    const auto* key = pickle::get_if<std::string>(item);
    const auto found = key == nullptr ? object.storages.end() : object.storages.find(*key);
    require(found != object.storages.end(), ErrorCode::bad_data,
            "{}: storage keys: found one that no tensor uses", path);
    const pickle::Storage& storage = found->second;
    const auto header = file.read(position, 8, "storage '" + *key + "'");
    std::int64_t elements = 0;
    std::memcpy(&elements, header.data(), sizeof elements);
    require(elements >= 0 && static_cast<std::uint64_t>(elements) == storage.elements,
            ErrorCode::bad_data, "{}: storage '{}' at byte {}: expected {} elements, found {}",
            path, *key, position, storage.elements, elements);
    position += 8;
    require(offsets.try_emplace(*key, position).second, ErrorCode::bad_data,
            "{}: storage '{}' is there twice", path, *key);
    const std::size_t size = bytes_of(storage.element);
    require(storage.elements <= (file.size() - position) / size, ErrorCode::bad_data,
            "{}: storage '{}': {} elements of {} pass the end of the file at byte {}", path, *key,
            storage.elements, name(storage.element), file.size());
    position += storage.elements * size;
  }
  require(offsets.size() == object.storages.size(), ErrorCode::bad_data,
          "{}: expected {} storages, found {}", path, object.storages.size(), offsets.size());
  require(position == file.size(), ErrorCode::bad_data,
          "{}: expected the end of the file at byte {}, found {} more bytes", path, position,
          file.size() - position);
  return offsets;
}

}  // namespace

bool is_torch_legacy(std::span<const std::uint8_t> beginning) {
  const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  return text.starts_with('\x80') && text.find(magic) != std::string_view::npos;
}

ImportedWeights read_torch_legacy(const InputFile& file) {
  Pickles pickles(file);
  read_preamble(pickles, file.path());
  const pickle::Document object = pickles.next("object");
  const pickle::Document key_list = pickles.next("storage keys");
  const auto* keys = pickle::get_if<pickle::List>(key_list.root);
  require(keys != nullptr, ErrorCode::bad_data, "{}: storage keys: expected a list, found {}",
          file.path(), pickle::kind(*key_list.root));
  const Offsets offsets = locate_storages(file, object, *keys, pickles.position());

  const auto read_storage = [&](const pickle::Storage& storage) {
    return file.read(offsets.at(storage.key), storage.elements * bytes_of(storage.element),
                     "storage '" + storage.key + "'");
  };
  return load_tensors(find_state_dict(object, file.path()), read_storage, file.path(),
                      "torch legacy");
}

}  // namespace roiflow
