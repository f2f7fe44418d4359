#include "io/weights/state_dict.hpp"

#include <algorithm>
#include <cmath>
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
template <class T>
std::vector<T> gather(const TensorRecipe& tensor, const std::vector<std::uint8_t>& bytes,
                      void (*convert)(ElementType, const std::uint8_t*, std::span<T>)) {
  std::vector<T> values(static_cast<std::size_t>(element_count(tensor.shape)));
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
    convert(tensor.storage->element, bytes.data() + static_cast<std::size_t>(offset) * element,
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

/// What is to be read; scales are `precise`.
struct Wanted {
  const TensorRecipe* recipe = nullptr;
  bool precise = false;
};

struct Loaded {
  std::map<const TensorRecipe*, std::vector<float>> tensors;
  std::map<const TensorRecipe*, std::vector<double>> scales;
};

/// The values of every recipe; recipes may share storages.
Loaded load(const std::vector<Wanted>& recipes, const StorageReader& read,
            const std::string& source) {
  std::map<std::string, std::vector<Wanted>> users;  // by storage key
  std::uint64_t stored = 0;
  std::uint64_t wanted = 0;
  for (const Wanted& item : recipes) {
    const TensorRecipe* recipe = item.recipe;
    auto& list = users[recipe->storage->key];
    if (list.empty()) stored += recipe->storage->elements;
    list.push_back(item);
    wanted += static_cast<std::uint64_t>(element_count(recipe->shape));
  }
  require(wanted / 2 <= stored, ErrorCode::bad_data,
          "{}: the tensors have {} elements, but the storages they view only {}", source, wanted,
          stored);
  Loaded loaded;
  for (const auto& [key, list] : users) {
    const Storage& storage = *list.front().recipe->storage;
    const std::vector<std::uint8_t> bytes = read(storage);
    require(bytes.size() / bytes_of(storage.element) >= storage.elements, ErrorCode::bad_data,
            "{}: storage '{}': expected {} elements, found {} bytes", source, key, storage.elements,
            bytes.size());
    for (const auto& [recipe, precise] : list) {
      if (precise) {
        loaded.scales[recipe] = gather<double>(*recipe, bytes, to_double);
      } else {
        loaded.tensors[recipe] = gather<float>(*recipe, bytes, to_float);
      }
    }
  }
  return loaded;
}

/// Integers of at most 8 bits have zero points within 16; anything else is no number of ours.
std::int32_t zero_point(double value) {
  constexpr double limit = 32768.0;
  return static_cast<std::int32_t>(std::clamp(value, -limit, limit));
}

QuantisedValues checked(QuantisedValues values, const std::string& source,
                        const std::string& name) {
  for (const double scale : values.scales) {
    require(std::isfinite(scale) && scale > 0, ErrorCode::bad_data,
            "{}: '{}': expected a positive scale, found {}", source, name, scale);
  }
  return values;
}

QuantisedValues quantised_values(const pickle::QuantisedRecipe& recipe, const Loaded& loaded,
                                 const std::string& source, const std::string& name) {
  QuantisedValues values;
  values.axis = recipe.axis;
  if (recipe.scheme == pickle::QuantisationScheme::per_tensor) {
    values.scales = {recipe.scale};
    values.zero_points = {zero_point(static_cast<double>(recipe.zero_point))};
  } else {
    values.scales = loaded.scales.at(&recipe.scales);
    for (const float value : loaded.tensors.at(&recipe.zero_points)) {
      values.zero_points.push_back(zero_point(static_cast<double>(value)));
    }
  }
  return checked(std::move(values), source, name);
}

/// As torch: with one scale in float32, with one a channel in float64.
std::vector<float> dequantise(const pickle::QuantisedRecipe& recipe, std::vector<float> integers,
                              const QuantisedValues& values) {
  std::size_t inner = 1;  // elements that share an index of the axis, one after the other
  const auto axis = static_cast<std::size_t>(recipe.axis);
  for (std::size_t i = axis + 1; i < recipe.integers.shape.size(); ++i) {
    inner *= static_cast<std::size_t>(recipe.integers.shape[i]);
  }
  const std::size_t channels = values.scales.size();
  for (std::size_t i = 0; i < integers.size(); ++i) {
    const std::size_t channel = i / inner % channels;
    const float steps = integers[i] - static_cast<float>(values.zero_points[channel]);
    if (recipe.scheme == pickle::QuantisationScheme::per_tensor) {
      integers[i] = steps * static_cast<float>(values.scales[channel]);
    } else {
      integers[i] = static_cast<float>(static_cast<double>(steps) * values.scales[channel]);
    }
  }
  return integers;
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
    const auto* integers = pickle::get_if<pickle::QuantisedRecipe>(value);
    const bool neither = tensor == nullptr && integers == nullptr;
    if (neither || pickle::get_if<std::string>(key) == nullptr) {
      state.ignored.push_back(name);
      continue;
    }
    check_tensor_name(name, source);
    require(names.insert(name).second, ErrorCode::bad_data, "{}: tensor '{}' is there twice",
            source, name);
    if (tensor != nullptr) state.tensors.emplace_back(name, tensor);
    if (integers != nullptr) state.quantised.emplace_back(name, integers);
  }
  require(!state.tensors.empty() || !state.quantised.empty(), ErrorCode::bad_data,
          "{}: expected tensors by name (a state_dict), found a dict of {} entries without any",
          source, root->items.size());
  return state;
}

ImportedWeights load_tensors(const StateDict& state, const StorageReader& read,
                             const std::string& source, std::string format) {
  std::vector<Wanted> wanted;
  for (const auto& [name, recipe] : state.tensors) wanted.push_back({recipe});
  for (const auto& [name, recipe] : state.quantised) {
    wanted.push_back({&recipe->integers});
    if (recipe->scheme == pickle::QuantisationScheme::per_tensor) continue;
    wanted.insert(wanted.end(), {{&recipe->scales, true}, {&recipe->zero_points}});
  }
  for (const StateDict::Output& output : state.outputs) {
    if (output.scales == nullptr) continue;
    wanted.insert(wanted.end(), {{output.scales, true}, {output.zero_points}});
  }
  const Loaded loaded = load(wanted, read, source);
  ImportedWeights imported{{}, state.ignored, std::move(format), {}};
  for (const auto& [name, recipe] : state.tensors) {
    imported.weights[name] = {recipe->shape, loaded.tensors.at(recipe)};
  }
  for (const auto& [name, recipe] : state.quantised) {
    const QuantisedValues& values = imported.quantisation.weights[name] =
        quantised_values(*recipe, loaded, source, name);
    imported.weights[name] = {recipe->integers.shape,
                              dequantise(*recipe, loaded.tensors.at(&recipe->integers), values)};
  }
  for (const StateDict::Output& output : state.outputs) {
    QuantisedValues values{{output.scale}, {zero_point(static_cast<double>(output.zero_point))}, 0};
    if (output.scales != nullptr) {
      values.scales = loaded.scales.at(output.scales);
      values.zero_points = {
          zero_point(static_cast<double>(loaded.tensors.at(output.zero_points)[0]))};
    }
    imported.quantisation.outputs[output.module] =
        checked(std::move(values), source, output.module);
  }
  return imported;
}

}  // namespace roiflow
