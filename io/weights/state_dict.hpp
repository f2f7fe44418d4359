/// From a pickled checkpoint to the recipes of its tensors by name: finds the state_dict in it.
/// load_tensors.hpp makes arrays of them.
///
/// A checkpoint is either the state_dict itself (name -> tensor) or a dict that holds one under
/// "model", "state_dict" or "model_state_dict" (what training scripts save).
///
/// Errors: Error{bad_data} for no tensors at all, a name twice, a name that is not plain text, or
/// more than 100000 entries that are no tensors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

/// Throws Error{bad_data} unless `name` is 1 to 512 printable ASCII characters without '/' (names
/// become HDF5 names and lines of a terminal).
void check_tensor_name(const std::string& name, const std::string& source);

/// For messages and lists: at most 512 bytes of `name`, each that is not printable ASCII as '?'.
std::string printable(std::string_view name);

}  // namespace roiflow
