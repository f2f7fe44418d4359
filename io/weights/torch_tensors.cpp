#include "io/weights/torch_tensors.hpp"

#include <algorithm>

namespace roiflow::pickle {
namespace {

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

/// The view that the first four arguments of either function describe.
TensorRecipe view(const Tuple& arguments, bool quantised) {
  const auto& items = arguments.items;
  const auto* storage = get_if<const Storage*>(items[0]);
  if (storage == nullptr) refuse("tensor: expected a storage first, found {}", kind(*items[0]));
  if ((*storage)->quantised != quantised) {
    refuse("tensor: storage '{}' holds {} numbers", (*storage)->key,
           quantised ? "plain" : "quantised");
  }
  TensorRecipe tensor{*storage, natural(items[1], "tensor offset"),
                      naturals(items[2], "tensor shape"), naturals(items[3], "tensor strides")};
  if (tensor.shape.size() != tensor.strides.size()) {
    refuse("tensor: {} dimensions but {} strides", tensor.shape.size(), tensor.strides.size());
  }
  check_view(tensor);
  return tensor;
}

const TensorRecipe& channel_vector(const Value* value, ElementType element, std::int64_t channels,
                                   std::string_view what) {
  const auto* tensor = get_if<TensorRecipe>(value);
  if (tensor == nullptr || tensor->storage->element != element ||
      tensor->shape != std::vector<std::int64_t>{channels}) {
    refuse("_rebuild_qtensor: {}: expected a tensor of {} {} numbers, found {}", what, channels,
           name(element), tensor == nullptr ? kind(*value) : "another tensor");
  }
  return *tensor;
}

void read_per_tensor(const Tuple& quantiser, QuantisedRecipe& recipe) {
  const auto* scale = quantiser.items.size() == 3 ? get_if<double>(quantiser.items[1]) : nullptr;
  const auto* zero =
      quantiser.items.size() == 3 ? get_if<std::int64_t>(quantiser.items[2]) : nullptr;
  if (scale == nullptr || zero == nullptr) {
    refuse("_rebuild_qtensor: expected (per_tensor_affine, scale, zero point)");
  }
  recipe.scale = *scale;
  recipe.zero_point = *zero;
}

void read_per_channel(const Tuple& quantiser, QuantisedRecipe& recipe) {
  if (quantiser.items.size() != 4) {
    refuse("_rebuild_qtensor: expected (per_channel_affine, scales, zero points, axis)");
  }
  const std::uint64_t axis = natural(quantiser.items[3], "_rebuild_qtensor: axis");
  if (axis >= recipe.integers.shape.size()) {
    refuse("_rebuild_qtensor: axis {} of a tensor of {} dimensions", axis,
           recipe.integers.shape.size());
  }
  const std::int64_t channels = recipe.integers.shape[axis];
  recipe.axis = static_cast<std::int64_t>(axis);
  recipe.scales = channel_vector(quantiser.items[1], ElementType::float64, channels, "scales");
  recipe.zero_points =
      channel_vector(quantiser.items[2], ElementType::int64, channels, "zero points");
}

}  // namespace

std::uint64_t natural(const Value* value, std::string_view what) {
  const auto* number = get_if<std::int64_t>(value);
  if (number == nullptr) refuse("{}: expected an integer, found {}", what, kind(*value));
  if (*number < 0) refuse("{}: expected 0 or more, found {}", what, *number);
  return static_cast<std::uint64_t>(*number);
}

TensorRecipe rebuild_tensor(const Tuple& arguments) {
  if (arguments.items.size() != 6 && arguments.items.size() != 7) {
    refuse("_rebuild_tensor_v2: expected 6 arguments, found {}", arguments.items.size());
  }
  return view(arguments, false);
}

QuantisedRecipe rebuild_quantised(const Tuple& arguments) {
  if (arguments.items.size() != 7) {
    refuse("_rebuild_qtensor: expected 7 arguments, found {}", arguments.items.size());
  }
  QuantisedRecipe recipe;
  recipe.integers = view(arguments, true);
  const auto* quantiser = get_if<Tuple>(arguments.items[4]);
  const auto* scheme = quantiser == nullptr || quantiser->items.empty()
                           ? nullptr
                           : get_if<QuantisationScheme>(quantiser->items[0]);
  if (scheme == nullptr) refuse("_rebuild_qtensor: expected a tuple that begins with a scheme");
  recipe.scheme = *scheme;
  if (*scheme == QuantisationScheme::per_tensor) {
    read_per_tensor(*quantiser, recipe);
  } else {
    read_per_channel(*quantiser, recipe);
  }
  return recipe;
}

}  // namespace roiflow::pickle
