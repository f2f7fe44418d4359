/// From a pickled checkpoint to Weights: finds the state_dict in it and turns its tensor recipes
/// into float32 arrays, whatever their strides.
///
/// A checkpoint is either the state_dict itself (name -> tensor) or a dict that holds one under
/// "model", "state_dict" or "model_state_dict" (what training scripts save).
///
/// Errors: Error{bad_data} for no tensors at all, a name twice, or a name that is not plain text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "io/weights/pickle_value.hpp"
#include "stages/model/quantisation.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

/// What a weight file held.
struct ImportedWeights {
  Weights weights;
  std::vector<std::string> ignored;  ///< entries that are not tensors of the state_dict, by name
  std::string format;         ///< "torch zip", "torch script", "torch legacy" or "safetensors"
  Quantisation quantisation;  ///< empty unless the file held integers
};

struct StateDict {
  /// What a module's result is rounded to: two numbers, or two tensors of one number.
  struct Output {
    std::string module;
    double scale = 0;
    std::int64_t zero_point = 0;
    const pickle::TensorRecipe* scales = nullptr;
    const pickle::TensorRecipe* zero_points = nullptr;
  };
  std::vector<std::pair<std::string, const pickle::TensorRecipe*>> tensors;  ///< in file order
  std::vector<std::pair<std::string, const pickle::QuantisedRecipe*>> quantised;
  std::vector<Output> outputs;
  std::vector<std::string> ignored;
};

/// The recipes point into `document`.
StateDict find_state_dict(const pickle::Document& document, const std::string& source);

/// Gives the bytes of one storage: elements * bytes_of(element), or throws Error.
using StorageReader = std::function<std::vector<std::uint8_t>(const pickle::Storage&)>;

/// All tensors as float32, the quantised ones multiplied out as torch's dequantize() does it:
/// scale * (integer - zero point). Reads every storage once. Throws Error{bad_data} if the
/// tensors together have more than twice the elements of their storages (a small file must not
/// become any amount of memory), or for a scale that is not positive and finite.
ImportedWeights load_tensors(const StateDict& state, const StorageReader& read,
                             const std::string& source, std::string format);

/// Throws Error{bad_data} unless `name` is 1 to 512 printable ASCII characters without '/' (names
/// become HDF5 names and lines of a terminal).
void check_tensor_name(const std::string& name, const std::string& source);

}  // namespace roiflow
