#include "io/weights/torch_objects.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace roiflow::pickle {
namespace {

constexpr std::size_t max_rank = 16;
constexpr std::size_t max_key_length = 64;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) {
  throw Refused(fmt::format(text, std::forward<Args>(args)...));
}

struct GlobalName {
  std::string_view module, name;
  std::variant<Callable, ElementType> meaning;
};

using enum ElementType;
constexpr auto globals = std::to_array<GlobalName>({
    {"torch._utils", "_rebuild_tensor_v2", Callable::rebuild_tensor},
    {"torch._utils", "_rebuild_parameter", Callable::rebuild_parameter},
    {"collections", "OrderedDict", Callable::ordered_dict},
    {"collections", "Counter", Callable::counter},
    {"torch", "Size", Callable::size},
    {"argparse", "Namespace", Callable::arguments},
    {"torch", "DoubleStorage", float64},
    {"torch", "FloatStorage", float32},
    {"torch", "HalfStorage", float16},
    {"torch", "BFloat16Storage", bfloat16},
    {"torch", "LongStorage", int64},
    {"torch", "IntStorage", int32},
    {"torch", "ShortStorage", int16},
    {"torch", "CharStorage", int8},
    {"torch", "ByteStorage", uint8},
    {"torch", "BoolStorage", boolean},
});

std::uint64_t natural(const Value* value, std::string_view what) {
  const auto* number = get_if<std::int64_t>(value);
  if (number == nullptr) refuse("{}: expected an integer, found {}", what, kind(*value));
  if (*number < 0) refuse("{}: expected 0 or more, found {}", what, *number);
  return static_cast<std::uint64_t>(*number);
}

std::vector<std::int64_t> naturals(const Value* value, std::string_view what) {
  const auto* tuple = get_if<Tuple>(value);
  if (tuple == nullptr) refuse("{}: expected a tuple, found {}", what, kind(*value));
  if (tuple->items.size() > max_rank) {
    refuse("{}: expected at most {} dimensions, found {}", what, max_rank, tuple->items.size());
  }
  std::vector<std::int64_t> numbers;
  for (const Value* item : tuple->items) {
    numbers.push_back(static_cast<std::int64_t>(natural(item, what)));
  }
  return numbers;
}

/// The view must end within its storage, and may not name more elements than the storage has (an
/// expanded tensor of stride 0 would turn a small file into any amount of memory).
void check_view(const TensorRecipe& tensor) {
  const std::uint64_t available = tensor.storage->elements;
  const auto beyond = [&](std::string_view what) {
    refuse("tensor: its {} does not fit the {} elements of storage '{}'", what, available,
           tensor.storage->key);
  };
  if (tensor.offset > available) beyond("offset");
  if (std::ranges::find(tensor.shape, 0) != tensor.shape.end()) return;
  std::uint64_t count = 1;
  std::uint64_t last = tensor.offset;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    const auto extent = static_cast<std::uint64_t>(tensor.shape[axis]);
    const auto stride = static_cast<std::uint64_t>(tensor.strides[axis]);
    if (extent > available / count) beyond("shape");
    count *= extent;
    if (extent > 1 && stride > available / (extent - 1)) beyond("stride");
    last += (extent - 1) * (extent > 1 ? stride : 0);
    if (last >= available) beyond("last element");
  }
  if (last >= available) beyond("last element");
}

Value rebuild_tensor(const Tuple& arguments) {
  if (arguments.items.size() != 6 && arguments.items.size() != 7) {
    refuse("_rebuild_tensor_v2: expected 6 arguments, found {}", arguments.items.size());
  }
  const auto* storage = get_if<const Storage*>(arguments.items[0]);
  if (storage == nullptr) {
    refuse("_rebuild_tensor_v2: expected a storage first, found {}", kind(*arguments.items[0]));
  }
  TensorRecipe tensor{*storage, natural(arguments.items[1], "tensor offset"),
                      naturals(arguments.items[2], "tensor shape"),
                      naturals(arguments.items[3], "tensor strides")};
  if (tensor.shape.size() != tensor.strides.size()) {
    refuse("tensor: {} dimensions but {} strides", tensor.shape.size(), tensor.strides.size());
  }
  check_view(tensor);
  return {std::move(tensor)};
}

}  // namespace

Value find_global(std::string_view module, std::string_view name) {
  const auto* found = std::ranges::find_if(
      globals, [&](const GlobalName& g) { return g.module == module && g.name == name; });
  if (found == globals.end()) {
    refuse(
        "the name '{} {}' is not one of those that a state_dict needs; nothing is imported or "
        "called (save the weights alone: torch.save(model.state_dict(), FILE))",
        module, name);
  }
  if (const auto* callable = std::get_if<Callable>(&found->meaning)) return {*callable};
  return {StorageType{std::get<ElementType>(found->meaning)}};
}

Value persistent_storage(Document& document, const Value& id) {
  const auto* tuple = get_if<Tuple>(&id);
  const std::size_t count = tuple == nullptr ? 0 : tuple->items.size();
  // The older format adds a sixth item, a view of another storage; None unless torch was ancient.
  const bool known = count == 5 || (count == 6 && get_if<None>(tuple->items[5]) != nullptr);
  if (!known) refuse("expected the persistent id ('storage', type, key, location, elements)");
  const auto* tag = get_if<std::string>(tuple->items[0]);
  const auto* type = get_if<StorageType>(tuple->items[1]);
  const auto* key = get_if<std::string>(tuple->items[2]);
  if (tag == nullptr || *tag != "storage" || type == nullptr || key == nullptr) {
    refuse("expected the persistent id ('storage', type, key, location, elements)");
  }
  const bool plain = std::ranges::all_of(*key, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  if (key->empty() || key->size() > max_key_length || !plain) {
    refuse("storage key: expected 1 to {} letters or digits, found '{}'", max_key_length,
           key->substr(0, max_key_length));
  }
  const Storage storage{type->element, *key, natural(tuple->items[4], "storage elements")};
  const auto [place, added] = document.storages.try_emplace(*key, storage);
  if (!added &&
      (place->second.element != storage.element || place->second.elements != storage.elements)) {
    refuse("storage '{}' is named twice with different types or sizes", *key);
  }
  return {&place->second};
}

Value reduce(const Value& callable, const Tuple& arguments) {
  const auto* function = get_if<Callable>(&callable);
  if (function == nullptr) refuse("expected one of the known functions, found {}", kind(callable));
  const auto& items = arguments.items;
  switch (*function) {
    case Callable::rebuild_tensor:
      return rebuild_tensor(arguments);
    case Callable::rebuild_parameter:
      if (items.size() != 3 || get_if<TensorRecipe>(items[0]) == nullptr) {
        refuse("_rebuild_parameter: expected (tensor, requires_grad, hooks)");
      }
      return *items[0];
    case Callable::ordered_dict:
      if (!items.empty()) refuse("OrderedDict: expected no arguments, found {}", items.size());
      return {Dict{{}, true}, 1};
    case Callable::size: {
      const auto* extents = items.size() == 1 ? get_if<Tuple>(items[0]) : nullptr;
      if (extents == nullptr || extents->items.size() > max_rank) {
        refuse("torch.Size: expected one tuple of at most {} numbers", max_rank);
      }
      return *items[0];
    }
    case Callable::counter:
      if (items.size() != 1 || get_if<Dict>(items[0]) == nullptr) {
        refuse("collections.Counter: expected one dict");
      }
      return {Opaque{"collections.Counter"}};
    case Callable::arguments:
      refuse("argparse.Namespace is not called by any pickle we know");
  }
  refuse("unknown function");
}

Value new_object(const Value& callable, const Tuple& arguments) {
  const auto* type = get_if<Callable>(&callable);
  if (type == nullptr || *type != Callable::arguments || !arguments.items.empty()) {
    refuse("expected argparse.Namespace without arguments, found {}", kind(callable));
  }
  return {Opaque{"argparse.Namespace"}};
}

void check_build(const Value& target, const Value& state) {
  const auto* dict = get_if<Dict>(&target);
  const bool allowed = (dict != nullptr && dict->ordered) || get_if<Opaque>(&target) != nullptr;
  if (!allowed)
    refuse("expected an OrderedDict or a Namespace to get a state, found {}", kind(target));
  if (get_if<Dict>(&state) == nullptr) {
    refuse("expected a dict as the state of an object, found {}", kind(state));
  }
}

}  // namespace roiflow::pickle
