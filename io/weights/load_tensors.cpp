#include "io/weights/load_tensors.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "io/weights/dequantise.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using pickle::Storage;
using pickle::TensorRecipe;

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

/// The values of recipes until their users take them.
template <class T>
class Values {
 public:
  /// One user more; true for the first, whose values are to be put.
  bool add_user(const TensorRecipe* recipe) { return entries_[recipe].users++ == 0; }
  void put(const TensorRecipe* recipe, std::vector<T> values) {
    entries_.at(recipe).values = std::move(values);
  }
  /// A copy; the last user gets the values themselves, so that big tensors are there once.
  std::vector<T> take(const TensorRecipe* recipe) {
    Entry& entry = entries_.at(recipe);
    if (--entry.users == 0) return std::move(entry.values);
    return entry.values;
  }

 private:
  struct Entry {
    std::vector<T> values;
    std::size_t users = 0;
  };
  std::map<const TensorRecipe*, Entry> entries_;
};

/// What is to be read, once for each time that it is taken; scales are `precise`.
struct Wanted {
  const TensorRecipe* recipe = nullptr;
  bool precise = false;
};

struct Loaded {
  Values<float> tensors;
  Values<double> scales;
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
      if (precise && loaded.scales.add_user(recipe)) {
        loaded.scales.put(recipe, gather<double>(*recipe, bytes, to_double));
      }
      if (!precise && loaded.tensors.add_user(recipe)) {
        loaded.tensors.put(recipe, gather<float>(*recipe, bytes, to_float));
      }
    }
  }
  return loaded;
}

std::vector<Wanted> recipes_of(const StateDict& state) {
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
  return wanted;
}

}  // namespace

ImportedWeights load_tensors(const StateDict& state, const StorageReader& read,
                             const std::string& source, std::string format) {
  Loaded loaded = load(recipes_of(state), read, source);
  ImportedWeights imported{{}, state.ignored, std::move(format), {}};
  for (const auto& [name, recipe] : state.tensors) {
    imported.weights[name] = {recipe->shape, loaded.tensors.take(recipe)};
  }
  for (const auto& [name, recipe] : state.quantised) {
    std::vector<double> scales;
    std::vector<float> zero_points;
    if (recipe->scheme == pickle::QuantisationScheme::per_channel) {
      scales = loaded.scales.take(&recipe->scales);
      zero_points = loaded.tensors.take(&recipe->zero_points);
    }
    QuantisedValues values = scales_of(*recipe, std::move(scales), zero_points, source, name);
    imported.weights[name] = {recipe->integers.shape,
                              dequantise(*recipe, loaded.tensors.take(&recipe->integers), values)};
    imported.quantisation.weights[name] = std::move(values);
  }
  for (const StateDict::Output& output : state.outputs) {
    double scale = output.scale;
    auto zero_point = static_cast<double>(output.zero_point);
    if (output.scales != nullptr) {
      scale = loaded.scales.take(output.scales)[0];
      zero_point = static_cast<double>(loaded.tensors.take(output.zero_points)[0]);
    }
    imported.quantisation.outputs[output.module] =
        one_scale(scale, zero_point, source, output.module);
  }
  return imported;
}

}  // namespace roiflow
