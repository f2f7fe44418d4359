/// What a pickle may contain here: plain data and recipes for tensors. Nothing in it can run.
///
/// Values are owned by one Document and refer to each other by pointer, because a pickle may use
/// the same value many times and even put a list into itself. So: never walk a document to the
/// bottom; look at the levels you know.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "io/weights/element_type.hpp"

namespace roiflow::pickle {

struct Value;

struct None {};
struct Bytes {
  std::string bytes;
};
/// An integer of more than eight bytes, two's complement, little-endian.
struct BigInteger {
  std::string bytes;
};
struct List {
  std::vector<Value*> items;
};
struct Tuple {
  std::vector<Value*> items;
};
/// dict, and collections.OrderedDict if `ordered`; in the order of the file, keys may repeat.
struct Dict {
  std::vector<std::pair<Value*, Value*>> items;
  bool ordered = false;
};
/// An object whose content does not matter here, e.g. the argparse.Namespace of a checkpoint.
struct Opaque {
  std::string_view type;
};
/// The few callables that a weights file names; REDUCE gives each one fixed meaning.
enum class Callable {
  rebuild_tensor,
  rebuild_quantised,
  rebuild_parameter,
  ordered_dict,
  size,
  counter,
  arguments,
  typed_list,
  typed_value
};
/// torch.FloatStorage and its sisters; `quantised` for torch.QInt8Storage and torch.QUInt8Storage.
struct StorageType {
  ElementType element = ElementType::float32;
  bool quantised = false;
};
/// torch.per_tensor_affine or torch.per_channel_affine.
enum class QuantisationScheme { per_tensor, per_channel };
/// A class of TorchScript, by its dotted name; it names a kind of Module and holds no code.
struct ModuleType {
  std::string name;
};
/// An object of such a class: its attributes (a dict), or what its own __getstate__ gave (a tuple).
struct Module {
  std::string type;
  Value* state = nullptr;
};
/// A block of elements that stands elsewhere in the file under `key`.
struct Storage {
  ElementType element = ElementType::float32;
  std::string key;
  std::uint64_t elements = 0;
  bool quantised = false;
};
/// A strided view of a storage, checked to lie within it; counts are elements.
struct TensorRecipe {
  const Storage* storage = nullptr;
  std::uint64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};
/// A tensor of integers that stand for scale * (integer - zero_point): one pair for the whole
/// tensor, or one for each index of `axis`.
struct QuantisedRecipe {
  TensorRecipe integers;
  QuantisationScheme scheme = QuantisationScheme::per_tensor;
  double scale = 1.0;
  std::int64_t zero_point = 0;
  TensorRecipe scales;       ///< per channel: float64, one dimension
  TensorRecipe zero_points;  ///< per channel: int64, one dimension
  std::int64_t axis = 0;
};

struct Value {
  std::variant<None, bool, std::int64_t, double, std::string, Bytes, BigInteger, List, Tuple, Dict,
               Opaque, Callable, StorageType, QuantisationScheme, ModuleType, Module,
               const Storage*, TensorRecipe, QuantisedRecipe>
      data;
  int depth = 0;  ///< 1 + the deepest item, for containers
};

/// Null unless `value` holds a T.
template <class T>
[[nodiscard]] const T* get_if(const Value* value) {
  return value == nullptr ? nullptr : std::get_if<T>(&value->data);
}

/// "a list", "a tensor", ... for messages.
std::string_view kind(const Value& value);

struct Document {
  const Value* root = nullptr;
  std::size_t bytes = 0;  ///< length of the pickle, STOP included
  std::deque<Value> values;
  std::map<std::string, Storage, std::less<>> storages;  ///< by key
};

}  // namespace roiflow::pickle
