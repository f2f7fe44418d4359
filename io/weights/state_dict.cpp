#include "io/weights/state_dict.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using pickle::Dict;
using pickle::Storage;
using pickle::TensorRecipe;

constexpr std::size_t max_name_length = 512;

bool holds_tensors(const Dict& dict) {
  return std::ranges::any_of(dict.items, [](const auto& item) {
    return pickle::get_if<TensorRecipe>(item.second) != nullptr;
  });
}

/// The nested state_dict of a checkpoint, or null.
const Dict* nested_state_dict(const Dict& root, std::string_view wanted) {
  for (const auto& [key, value] : root.items) {
    const auto* text = pickle::get_if<std::string>(key);
    const auto* dict = pickle::get_if<Dict>(value);
    if (text != nullptr && *text == wanted && dict != nullptr && holds_tensors(*dict)) return dict;
  }
  return nullptr;
}

std::string key_text(const pickle::Value& key) {
  if (const auto* text = pickle::get_if<std::string>(&key)) return *text;
  if (const auto* number = pickle::get_if<std::int64_t>(&key)) return std::to_string(*number);
  return "(a tuple)";
}

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  if (std::ranges::find(shape, 0) != shape.end()) return 0;  // the others may be anything
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

/// Copies the view, one run of consecutive elements at a time.
std::vector<float> gather(const TensorRecipe& tensor, const std::vector<std::uint8_t>& bytes) {
  std::vector<float> values(static_cast<std::size_t>(element_count(tensor.shape)));
  if (values.empty()) return values;
  // The innermost axes that are dense form one run; the others are walked like an odometer.
  std::size_t outer = tensor.shape.size();
  std::int64_t run = 1;
  while (outer > 0 && (tensor.shape[outer - 1] == 1 || tensor.strides[outer - 1] == run)) {
    run *= tensor.shape[--outer];
  }
  const std::size_t element = bytes_of(tensor.storage->element);
  std::vector<std::int64_t> index(outer, 0);
  auto offset = static_cast<std::int64_t>(tensor.offset);
  for (std::size_t written = 0; written < values.size(); written += static_cast<std::size_t>(run)) {
    to_float(tensor.storage->element, bytes.data() + static_cast<std::size_t>(offset) * element,
             std::span(values).subspan(written, static_cast<std::size_t>(run)));
    for (std::size_t axis = outer; axis-- > 0;) {
      if (tensor.shape[axis] == 1) continue;  // its stride may be any number
      offset += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      offset -= tensor.strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}

}  // namespace

void check_tensor_name(const std::string& name, const std::string& source) {
  const bool plain =
      std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != '/'; });
  require(plain && !name.empty() && name != "." && name.size() <= max_name_length,
          ErrorCode::bad_data,
          "{}: tensor name: expected 1 to {} printable characters without blank and '/', found {} "
          "bytes that are not",
          source, max_name_length, name.size());
}

StateDict find_state_dict(const pickle::Document& document, const std::string& source) {
  const auto* root = pickle::get_if<Dict>(document.root);
  require(root != nullptr, ErrorCode::bad_data,
          "{}: expected a dict of tensors (a state_dict), found {}", source,
          pickle::kind(*document.root));
  const Dict* chosen = nullptr;
  for (const std::string_view wanted : {"model", "state_dict", "model_state_dict"}) {
    if (chosen == nullptr) chosen = nested_state_dict(*root, wanted);
  }
  StateDict state;
  if (chosen != nullptr) {
    for (const auto& [key, value] : root->items) {
      if (pickle::get_if<Dict>(value) != chosen) state.ignored.push_back(key_text(*key));
    }
  }
  std::set<std::string> names;
  for (const auto& [key, value] : (chosen != nullptr ? chosen : root)->items) {
    const std::string name = key_text(*key);
    const auto* tensor = pickle::get_if<TensorRecipe>(value);
    if (tensor == nullptr || pickle::get_if<std::string>(key) == nullptr) {
      state.ignored.push_back(name);
      continue;
    }
    check_tensor_name(name, source);
    require(names.insert(name).second, ErrorCode::bad_data, "{}: tensor '{}' is there twice",
            source, name);
    state.tensors.emplace_back(name, tensor);
  }
  require(!state.tensors.empty(), ErrorCode::bad_data,
          "{}: expected tensors by name (a state_dict), found a dict of {} entries without any",
          source, root->items.size());
  return state;
}

Weights load_tensors(const StateDict& state, const StorageReader& read, const std::string& source) {
  using Named = std::pair<std::string, const TensorRecipe*>;
  std::map<std::string, std::vector<const Named*>> users;  // by storage key
  std::uint64_t stored = 0;
  std::uint64_t wanted = 0;
  for (const Named& tensor : state.tensors) {
    auto& list = users[tensor.second->storage->key];
    if (list.empty()) stored += tensor.second->storage->elements;
    list.push_back(&tensor);
    wanted += static_cast<std::uint64_t>(element_count(tensor.second->shape));
  }
  require(wanted / 2 <= stored, ErrorCode::bad_data,
          "{}: the tensors have {} elements, but the storages they view only {}", source, wanted,
          stored);
  Weights weights;
  for (const auto& [key, tensors] : users) {
    const Storage& storage = *tensors.front()->second->storage;
    const std::vector<std::uint8_t> bytes = read(storage);
    require(bytes.size() / bytes_of(storage.element) >= storage.elements, ErrorCode::bad_data,
            "{}: storage '{}': expected {} elements, found {} bytes", source, key, storage.elements,
            bytes.size());
    for (const Named* tensor : tensors) {
      weights[tensor->first] = {tensor->second->shape, gather(*tensor->second, bytes)};
    }
  }
  return weights;
}

}  // namespace roiflow
