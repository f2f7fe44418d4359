/// What _rebuild_tensor_v2 and _rebuild_qtensor mean: a view of a storage, checked to lie within
/// it.
///
/// Used by torch_objects.cpp alone. All functions throw Refused with the reason.
///
/// Source: torch/_utils.py (_rebuild_tensor_v2, _rebuild_qtensor).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "io/weights/pickle_value.hpp"

namespace roiflow::pickle {

class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) {
  throw Refused(fmt::format(text, std::forward<Args>(args)...));
}

constexpr std::size_t max_rank = 16;

/// A number of 0 or more; `what` is for the message.
std::uint64_t natural(const Value* value, std::string_view what);

/// (storage, offset, shape, strides, requires_grad, hooks[, metadata]); plain numbers only.
TensorRecipe rebuild_tensor(const Tuple& arguments);

/// (storage, offset, shape, strides, quantiser, requires_grad, hooks), where the quantiser is
/// (per_tensor_affine, scale, zero point) or (per_channel_affine, scales, zero points, axis).
QuantisedRecipe rebuild_quantised(const Tuple& arguments);

}  // namespace roiflow::pickle
