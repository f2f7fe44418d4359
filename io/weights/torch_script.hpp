/// The tensors of a TorchScript archive, by the path of the module that holds them.
///
/// The root of such a pickle is a Module (io/weights/pickle_value.hpp) whose attributes are
/// tensors, other modules, numbers and texts. Its code stands beside the pickle as text and is
/// never run.
///   * a tensor attribute is named MODULE.PATH.ATTRIBUTE, as state_dict() names it;
///   * a quantised convolution or linear layer keeps its weights in a tuple of its own making; they
///     are named PATH.weight and PATH.bias, and the scale and zero point of its result are kept;
///   * attributes `scale` and `zero_point` together are those of the module's result, no weights;
///   * a traced sum or linear layer has its scale in its code alone (torch_script_code.hpp);
///   * the root has no name, so the scale of its result is left out;
///   * a module used at two places is there twice. Lists of tensors are left out.
///
/// Bounded, because a small file may use the same module at many places: 256 modules inside each
/// other; counted once for each place 100000 modules, 2 million attributes and 100000 tensors; and
/// 256 MiB of code, counted once for each class.
///
/// Errors: Error{bad_data} for a root that is no module, more than that, no tensors at all, or a
/// name that check_tensor_name refuses.
///
/// Source: torch/csrc/jit/serialization (pickler), __getstate__ of
/// torch/ao/nn/quantized/modules/{conv,linear}.py.
#pragma once

#include <functional>
#include <string>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// The text of an entry of the archive ("code/..."), empty if there is none.
using CodeReader = std::function<std::string(const std::string& entry)>;

/// The recipes point into `document`.
StateDict find_script_tensors(const pickle::Document& document, const std::string& source,
                              const CodeReader& code = {});

}  // namespace roiflow
