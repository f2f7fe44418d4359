#include "io/weights/state_dict.hpp"

#include <algorithm>
#include <set>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using pickle::Dict;
using pickle::TensorRecipe;

constexpr std::size_t max_name_length = 512;
constexpr std::size_t max_ignored = 100'000;

bool holds_tensors(const Dict& dict) {
  return std::ranges::any_of(dict.items, [](const auto& item) {
    return pickle::get_if<TensorRecipe>(item.second) != nullptr ||
           pickle::get_if<pickle::QuantisedRecipe>(item.second) != nullptr;
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
  if (const auto* text = pickle::get_if<std::string>(&key)) return printable(*text);
  if (const auto* number = pickle::get_if<std::int64_t>(&key)) return std::to_string(*number);
  return "(a tuple)";
}

void ignore(const pickle::Value& key, StateDict& state, const std::string& source) {
  require(state.ignored.size() < max_ignored, ErrorCode::bad_data,
          "{}: expected at most {} entries that are no tensors, found more at key '{}'", source,
          max_ignored, key_text(key));
  state.ignored.push_back(key_text(key));
}

}  // namespace

std::string printable(std::string_view name) {
  std::string text(name.substr(0, max_name_length));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

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
      if (pickle::get_if<Dict>(value) != chosen) ignore(*key, state, source);
    }
  }
  std::set<std::string> names;
  for (const auto& [key, value] : (chosen != nullptr ? chosen : root)->items) {
    const auto* name = pickle::get_if<std::string>(key);
    const auto* tensor = pickle::get_if<TensorRecipe>(value);
    const auto* integers = pickle::get_if<pickle::QuantisedRecipe>(value);
    if (name == nullptr || (tensor == nullptr && integers == nullptr)) {
      ignore(*key, state, source);
      continue;
    }
    check_tensor_name(*name, source);
    require(names.insert(*name).second, ErrorCode::bad_data, "{}: tensor '{}' is there twice",
            source, *name);
    if (tensor != nullptr) state.tensors.emplace_back(*name, tensor);
    if (integers != nullptr) state.quantised.emplace_back(*name, integers);
  }
  require(!state.tensors.empty() || !state.quantised.empty(), ErrorCode::bad_data,
          "{}: expected tensors by name (a state_dict), found a dict of {} entries without any",
          source, root->items.size());
  return state;
}

}  // namespace roiflow
