/// From the recipes of tensors to float32 arrays, whatever their strides.
///
/// Memory: the tensors once, and the bytes of one storage. A recipe of several names is there once
/// for each name.
///
/// Errors: Error{bad_data} if the tensors together have more than twice the elements of their
/// storages (a small file must not become any amount of memory), or for a scale that is not
/// positive and finite.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Gives the bytes of one storage: elements * bytes_of(element), or throws Error.
using StorageReader = std::function<std::vector<std::uint8_t>(const pickle::Storage&)>;

/// All tensors, the quantised ones multiplied out (dequantise.hpp). Reads every storage once.
ImportedWeights load_tensors(const StateDict& state, const StorageReader& read,
                             const std::string& source, std::string format);

}  // namespace roiflow
