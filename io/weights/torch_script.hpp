/// The tensors of a TorchScript archive, by the path of the module that holds them.
///
/// The root of such a pickle is a Module (io/weights/pickle_value.hpp) whose attributes are
/// tensors, other modules, numbers and texts. Its code, which stands beside the pickle as text, is
/// not read.
///   * a tensor attribute is named MODULE.PATH.ATTRIBUTE, as state_dict() names it;
///   * a quantised convolution or linear layer keeps its weights in a tuple of its own making; they
///     are named PATH.weight and PATH.bias, and the scale and zero point of its result are kept;
///   * attributes `scale` and `zero_point` together are those of the module's result, no weights;
///   * a module used at two places is there twice. Lists of tensors are left out.
///
/// Errors: Error{bad_data} for a root that is no module, more than 256 modules inside each other,
/// more than 100000 altogether, no tensors at all, or a name that check_tensor_name refuses.
///
/// Source: torch/csrc/jit/serialization (pickler), __getstate__ of
/// torch/ao/nn/quantized/modules/{conv,linear}.py.
#pragma once

#include <string>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// The recipes point into `document`.
StateDict find_script_tensors(const pickle::Document& document, const std::string& source);

}  // namespace roiflow
