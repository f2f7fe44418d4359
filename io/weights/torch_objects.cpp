#include "io/weights/torch_objects.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace roiflow::pickle {
namespace {

constexpr std::size_t max_key_length = 64;

struct GlobalName {
  std::string_view module, name;
  std::variant<Callable, StorageType, QuantisationScheme> meaning;
};

using enum ElementType;
constexpr auto globals = std::to_array<GlobalName>({
    {"torch._utils", "_rebuild_tensor_v2", Callable::rebuild_tensor},
    {"torch._utils", "_rebuild_qtensor", Callable::rebuild_quantised},
    {"torch._utils", "_rebuild_parameter", Callable::rebuild_parameter},
    {"collections", "OrderedDict", Callable::ordered_dict},
    {"collections", "Counter", Callable::counter},
    {"torch", "Size", Callable::size},
    {"argparse", "Namespace", Callable::arguments},
    {"torch", "DoubleStorage", StorageType{float64}},
    {"torch", "FloatStorage", StorageType{float32}},
    {"torch", "HalfStorage", StorageType{float16}},
    {"torch", "BFloat16Storage", StorageType{bfloat16}},
    {"torch", "LongStorage", StorageType{int64}},
    {"torch", "IntStorage", StorageType{int32}},
    {"torch", "ShortStorage", StorageType{int16}},
    {"torch", "CharStorage", StorageType{int8}},
    {"torch", "ByteStorage", StorageType{uint8}},
    {"torch", "BoolStorage", StorageType{boolean}},
    {"torch", "QInt8Storage", StorageType{int8, true}},
    {"torch", "QUInt8Storage", StorageType{uint8, true}},
    {"torch", "per_tensor_affine", QuantisationScheme::per_tensor},
    {"torch", "per_channel_affine", QuantisationScheme::per_channel},
});

/// What only a script names: its lists of one element type.
constexpr auto script_globals = std::to_array<GlobalName>({
    {"torch.jit._pickle", "build_intlist", Callable::typed_list},
    {"torch.jit._pickle", "build_doublelist", Callable::typed_list},
    {"torch.jit._pickle", "build_boollist", Callable::typed_list},
    {"torch.jit._pickle", "build_tensorlist", Callable::typed_list},
    {"torch.jit._pickle", "restore_type_tag", Callable::typed_value},
});

constexpr std::string_view script_root = "__torch__";

/// "__torch__" or "__torch__.torch.nn.modules.conv", of letters, digits and underscores.
bool is_script_class(std::string_view module, std::string_view name) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (!module.starts_with(script_root) || name.empty() || !std::ranges::all_of(name, plain)) {
    return false;
  }
  const std::string_view rest = module.substr(script_root.size());
  return (rest.empty() || rest.front() == '.') && !module.ends_with('.') &&
         std::ranges::all_of(rest, [&](char c) { return plain(c) || c == '.'; });
}

Value meaning_of(const GlobalName& global) {
  return std::visit([](const auto& meaning) { return Value{meaning}; }, global.meaning);
}

}  // namespace

Value find_global(std::string_view module, std::string_view name, Dialect dialect) {
  const auto wanted = [&](const GlobalName& g) { return g.module == module && g.name == name; };
  const auto* found = std::ranges::find_if(globals, wanted);
  if (found != globals.end()) return meaning_of(*found);
  if (dialect == Dialect::torch_script) {
    const auto* script = std::ranges::find_if(script_globals, wanted);
    if (script != script_globals.end()) return meaning_of(*script);
    if (is_script_class(module, name)) return {ModuleType{fmt::format("{}.{}", module, name)}};
  }
  refuse(
      "the name '{} {}' is not one of those that a state_dict needs; nothing is imported or "
      "called (save the weights alone: torch.save(model.state_dict(), FILE))",
      module, name);
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
  const Storage storage{type->element, *key, natural(tuple->items[4], "storage elements"),
                        type->quantised};
  const auto [place, added] = document.storages.try_emplace(*key, storage);
  if (!added &&
      (place->second.element != storage.element || place->second.elements != storage.elements ||
       place->second.quantised != storage.quantised)) {
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
      return {rebuild_tensor(arguments)};
    case Callable::rebuild_quantised:
      return {rebuild_quantised(arguments)};
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
    case Callable::typed_list:
      if (items.size() != 1 || get_if<List>(items[0]) == nullptr) {
        refuse("a list of one type: expected one list");
      }
      return {Opaque{"a list of one type"}};
    case Callable::typed_value:
      if (items.size() != 2 || get_if<std::string>(items[1]) == nullptr) {
        refuse("restore_type_tag: expected a value and the text of its type");
      }
      return {Opaque{"a container of one type"}};
    case Callable::arguments:
      refuse("argparse.Namespace is not called by any pickle we know");
  }
  refuse("unknown function");
}

Value new_object(const Value& callable, const Tuple& arguments) {
  if (const auto* module = get_if<ModuleType>(&callable); module != nullptr) {
    if (!arguments.items.empty()) refuse("{}: expected no arguments", module->name);
    return {Module{module->name}};
  }
  const auto* type = get_if<Callable>(&callable);
  if (type == nullptr || *type != Callable::arguments || !arguments.items.empty()) {
    refuse("expected argparse.Namespace without arguments, found {}", kind(callable));
  }
  return {Opaque{"argparse.Namespace"}};
}

void build(Value& target, Value& state) {
  if (auto* module = std::get_if<Module>(&target.data)) {
    if (module->state != nullptr) refuse("{}: a second state", module->type);
    module->state = &state;
    return;
  }
  const auto* dict = get_if<Dict>(&target);
  const bool allowed = (dict != nullptr && dict->ordered) || get_if<Opaque>(&target) != nullptr;
  if (!allowed)
    refuse("expected an OrderedDict or a Namespace to get a state, found {}", kind(target));
  if (get_if<Dict>(&state) == nullptr) {
    refuse("expected a dict as the state of an object, found {}", kind(state));
  }
}

}  // namespace roiflow::pickle
